/**
 * The results service's Twirp JSON, as far as RelayQ uses it (docs/protocol.md, "Results service"). Members are
 * snake_case on the wire.
 */

export const stepUpdateService = 'github.actions.results.api.v1.WorkflowStepUpdateService'
export const artifactService = 'github.actions.results.api.v1.ArtifactService'
export const cacheService = 'github.actions.results.api.v1.CacheService'
export const receiverService = 'results.services.receiver.Receiver'

/** Path of a Twirp method below the results service's origin. */
export function twirpPath(service: string, method: string): string {
  return `/twirp/${service}/${method}`
}

/** Step states and conclusions are numbers on the wire. */
export const wireStepStatus = { in_progress: 3, pending: 5, completed: 6 } as const
export const wireStepConclusion = { none: 0, success: 2, failure: 3, cancelled: 4, skipped: 7 } as const

export interface WireStep {
  readonly external_id: string
  readonly number: number
  readonly name: string
  readonly status: number
  readonly started_at?: string
  readonly completed_at?: string
  readonly conclusion: number
}

export interface StepsUpdateRequest {
  readonly steps: readonly WireStep[]
  /** Grows with each update; an older one that arrives late is ignored. */
  readonly change_order: number
  readonly workflow_run_backend_id: string
  readonly workflow_job_run_backend_id: string
}
