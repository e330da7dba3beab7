import type { ServerResponse } from 'node:http'
import type { Clock } from '../base/clock.ts'
import type { Authenticator, Identity } from './auth.ts'
import type { FaultSwitches } from './faults/fault-switches.ts'
import type { SignedLinks } from './links.ts'
import type { RateLimits } from './rate-limits.ts'
import type { Repository } from './repository/repository.ts'
import type { WorkflowCatalog } from './repository/workflow-catalog.ts'
import type { RunnerDeprecation } from './runner-deprecations.ts'
import type { RunnerPackages } from './runner-packages.ts'
import type { HubUrls, OpenedEngine } from './scheduler/engine.ts'
import type { Signer } from './signing.ts'

/** What the hub's routes and pages work with: built once in startHub, handed to each group of routes. */
export interface HubContext {
  readonly repository: Repository
  readonly catalog: WorkflowCatalog
  readonly engine: OpenedEngine
  readonly authenticator: Authenticator
  readonly links: SignedLinks
  readonly rateLimits: RateLimits
  readonly signer: Signer
  /** Of actions/runner, in the folder `runner-packages` of the hub's state. */
  readonly runnerPackages: RunnerPackages
  /** When a version of actions/runner is given up. */
  readonly deprecationOf: (version: string) => RunnerDeprecation
  readonly urls: () => HubUrls
  readonly clock: Clock
  /** Differs with every start: how a reader of hub.json knows that it reached that very hub. */
  readonly instanceId: string
  /** What goes wrong on purpose. */
  readonly faults: FaultSwitches
  /** One line for the operator; whoever keeps the hub adds whose it is. */
  readonly log: (line: string) => void
}

/** What middleware leaves for the handlers of one request. */
export interface HubEnv {
  /** From the HTTP adapter; absent where an app is called without a socket. */
  readonly Bindings: { readonly outgoing?: ServerResponse }
  readonly Variables: {
    requestId: string
    identity: Identity
    apiVersion: ApiVersion
  }
}

export type ApiVersion = '2022-11-28' | '2026-03-10'
