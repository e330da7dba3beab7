import { join } from 'node:path'
import type { Hono } from 'hono'
import type { Clock } from '../../base/clock.ts'
import type { Permissions } from '../../workflow/workflow.ts'
import type { Engine } from '../engine.ts'
import { artifactMethods, removeArtifact } from '../results/artifact-methods.ts'
import { blobRoutes } from '../results/blob-routes.ts'
import { BlobStore } from '../results/blobs.ts'
import { cacheMethods } from '../results/cache-methods.ts'
import { Caches } from '../results/caches.ts'
import { createLogReader } from '../results/logs.ts'
import { ReleaseAssets } from '../results/release-assets.ts'
import { ArtifactRetention } from '../results/retention.ts'
import { stepMethods } from '../results/step-methods.ts'
import { twirpRoutes } from '../results/twirp.ts'
import { MessageBroker } from '../runner-service/broker.ts'
import { createJobTokens } from '../runner-service/job-tokens.ts'
import { maskForms } from '../runner-service/mask.ts'
import { Presence } from '../runner-service/presence.ts'
import { RunnerRegistry } from '../runner-service/registry.ts'
import { runnerRoutes } from '../runner-service/routes.ts'
import { SecretVault } from '../secrets/vault.ts'
import { openSigner } from '../signing.ts'
import { ApiTokenStore } from '../store/api-tokens.ts'
import { CheckRunStore } from '../store/check-runs.ts'
import { openHubDatabase } from '../store/database.ts'
import { openJobs, type StoredJob } from '../store/jobs.ts'
import { createReader } from '../store/reader.ts'
import type { HubReader, RunRecord } from '../store/records.ts'
import { ReleaseStore } from '../store/releases.ts'
import { RepositorySettingsStore } from '../store/repository-settings.ts'
import { allRunners } from '../store/runners.ts'
import { findRun } from '../store/runs.ts'
import { VariableStore } from '../store/variables.ts'
import { defaultPermissionsOf } from './default-permissions.ts'
import { enforceDeadlines } from './enforce.ts'
import type { HubFacts } from './planning.ts'
import { requireAllowed } from './require-allowed.ts'
import { runControl } from './run-control.ts'
import { RunRetention } from './run-retention.ts'
import { Scheduler } from './scheduler.ts'
import { startRun } from './start-run.ts'

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
  /** Where the workflow declares none, the repository's default. */
  readonly permissions: Permissions
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
  readonly secrets: SecretVault
  readonly variables: VariableStore
  readonly settings: RepositorySettingsStore
  readonly caches: Caches
  readonly checkRuns: CheckRunStore
  readonly releases: ReleaseStore
  readonly releaseAssets: ReleaseAssets
  readonly apiTokens: ApiTokenStore
  /** null: not the GITHUB_TOKEN of a job that is running now. */
  authenticateJobToken(token: string): JobIdentity | null
}

/**
 * How long a message poll without news is held; shorter would only be asked again sooner
 * (docs/protocol.md, "Session").
 */
const pollHoldMs = 50_000

/** Opens the store under `stateDir` and carries on where it was left: waiting jobs wait, leased jobs get a fresh lease. */
export function openEngine(options: EngineOptions): OpenedEngine {
  const db = openHubDatabase(join(options.stateDir, 'hub.db'))
  const variables = new VariableStore(db, options.clock)
  const settings = new RepositorySettingsStore(db)
  const scheduler = new Scheduler(db, options.clock, () => hubFacts(options, variables, settings))
  const lease = options.leaseSeconds * 1000
  const presence = new Presence(lease)
  const signer = openSigner(options.stateDir)
  const tokens = createJobTokens(db, signer)
  const addresses = () => serviceAddresses(options.urls())
  const broker = new MessageBroker({
    scheduler,
    presence,
    runServiceUrl: () => addresses().runServiceUrl,
    holdMs: pollHoldMs,
  })
  scheduler.onChange(() => broker.deliver())
  const registry = new RunnerRegistry(scheduler, presence)
  const vault = new SecretVault(db, options.stateDir)
  const secretsOf = (job: StoredJob): readonly string[] => {
    const run = findRun(db, job.runId)
    return maskForms([...(run ? tokens.secrets(job, run) : []), ...vault.open().values()])
  }
  const now = () => scheduler.now()
  const baseUrl = () => options.urls().base
  const blobs = new BlobStore({ stateDir: options.stateDir, db, signer, baseUrl, now })
  const reader = createReader(db, createLogReader(db, blobs.files, secretsOf), runner =>
    registry.show(runner),
  )
  const seen = (jobId: number): void => presence.touch(jobId, now())
  const methods = () => [
    ...stepMethods(db, blobs, secretsOf),
    ...artifactMethods(db, blobs, () => settings.read().retentionDays),
    ...cacheMethods(db, blobs, options.repository.defaultBranch),
  ]
  const artifactRetention = new ArtifactRetention(db, blobs.files)
  const runRetention = new RunRetention(scheduler, blobs.files, () => settings.read().retentionDays)
  blobs.dropLeftovers()

  return {
    reader,
    secrets: vault,
    variables,
    settings,
    caches: new Caches(db, blobs),
    checkRuns: new CheckRunStore(db, options.clock),
    releases: new ReleaseStore(db, options.clock),
    releaseAssets: new ReleaseAssets(db, blobs, options.clock),
    apiTokens: new ApiTokenStore(db, options.clock),
    startRun(request) {
      requireAllowed(request.workflow, settings.read(), options.repository)
      return record(
        reader,
        scheduler.change(change => startRun(change, request)),
      )
    },
    ...runControl(scheduler, blobs, job => broker.abandon(job)),
    registerRunner: request => registry.register(request),
    removeRunner: runnerId => registry.remove(runnerId),
    setRunnerLabels: (runnerId, labels) => registry.setLabels(runnerId, labels),
    removeArtifact(artifactId) {
      const artifact = reader.getArtifact(artifactId)
      if (artifact) removeArtifact(db, blobs, artifact)
      return artifact !== null
    },
    signedBlobUrl: (blobId, shown) => blobs.downloadUrl(blobId, shown),
    tick() {
      enforceDeadlines(scheduler, lease, job => presence.lastContact(job, now()))
      const running = new Set(openJobs(db, 'in_progress').map(job => job.id))
      presence.keepOnly(new Set(allRunners(db).map(runner => runner.id)), running)
      broker.tick(now(), running)
      artifactRetention.tick(now())
      runRetention.tick(now())
    },
    async close() {
      broker.close()
      db.close()
    },
    runnerRoutes: () =>
      runnerRoutes({
        scheduler,
        broker,
        presence,
        tokens,
        addresses,
        secretsOf,
        secrets: () => vault.open(),
      }),
    resultsRoutes: () => twirpRoutes({ db, tokens, now, seen }, methods()),
    blobRoutes: () => blobRoutes({ db, blobs, signer, now, written: seen }),
    authenticateJobToken(token) {
      const check = tokens.checkGithubToken(token)
      return check.kind === 'running' ? identityOf(scheduler, check.job) : null
    },
  }
}

function hubFacts(
  { repository, urls }: EngineOptions,
  variables: VariableStore,
  settings: RepositorySettingsStore,
): HubFacts {
  const { server, api } = urls()
  const vars = Object.fromEntries(variables.list().map(({ name, value }) => [name, value]))
  const defaultPermissions = defaultPermissionsOf(settings.read())
  return { repository, serverUrl: server, apiUrl: api, vars, defaultPermissions }
}

function serviceAddresses({ base }: HubUrls): {
  readonly runServiceUrl: string
  readonly resultsUrl: string
} {
  return { runServiceUrl: `${base}/_services/run/`, resultsUrl: `${base}/` }
}

function record(reader: HubReader, runId: number): RunRecord {
  const run = reader.getRun(runId)
  if (!run) throw new Error(`run ${runId} was not stored`)
  return run
}

function identityOf(scheduler: Scheduler, job: StoredJob): JobIdentity {
  const workflow = findRun(scheduler.db, job.runId)?.workflow
  const template = workflow?.jobs.find(({ key }) => key === job.key)
  const permissions = template?.permissions ?? workflow?.permissions ?? scheduler.facts().defaultPermissions
  return { jobId: job.id, runId: job.runId, permissions }
}
