import type { Hono } from 'hono'
import type { Clock } from '../../base/clock.ts'
import type { Permissions } from '../../workflow/workflow.ts'
import type { Engine } from '../engine.ts'

/** Where the hub is reached; known only once it listens. No trailing slashes. */
export interface HubUrls {
  /** `http://127.0.0.1:PORT`: what runners and their jobs call. */
  readonly base: string
  /** `http://github.localhost:PORT`: `github.server_url`. */
  readonly server: string
  /** `http://127.0.0.1:PORT/api/v3`: `github.api_url`. */
  readonly api: string
}

export interface EngineOptions {
  /** Holds the database, the blobs and the signing key (0600). */
  readonly stateDir: string
  readonly clock: Clock
  /** How long a runner may be silent before its job counts as lost. */
  readonly leaseSeconds: number
  readonly urls: () => HubUrls
  readonly repository: { readonly owner: string; readonly name: string; readonly defaultBranch: string }
}

/** Who a job's GITHUB_TOKEN speaks for. */
export interface JobIdentity {
  readonly jobId: number
  readonly runId: number
  /** null: the workflow declares none, so GitHub's default (read) holds. */
  readonly permissions: Permissions | null
}

export interface OpenedEngine extends Engine {
  /** Everything that only time decides: leases, deadlines, offers nobody took. Call it about once a second. */
  tick(): void
  close(): Promise<void>
  /** Broker and run service. Mount at `/`: its paths begin with `/_services/`. */
  runnerRoutes(): Hono
  /** Twirp and launch. Mount at `/`: its paths begin with `/twirp/` and `/actions/build/`. */
  resultsRoutes(): Hono
  /** Signed blobs. Mount at `/`: its paths begin with `/_blobs/`. */
  blobRoutes(): Hono
  /** null: not the GITHUB_TOKEN of a job that is running now. */
  authenticateJobToken(token: string): JobIdentity | null
}
