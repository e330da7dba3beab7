import { isJsonObject, type Json } from '../../base/json.ts'
import type { JobMessage } from '../../protocol/job-message.ts'
import type {
  AcquireJobRequest,
  CompleteJobRequest,
  JobOffer,
  RenewJobRequest,
} from '../../protocol/runner-api.ts'
import { type Attempt, type Persisted, persist } from '../persistence.ts'
import { isSuccess, type ServiceClient } from '../service-client.ts'
import { runnerOs } from '../version.ts'

/** The job is somebody else's, or over. */
export interface Gone {
  readonly kind: 'gone'
  readonly reason: string
}

export interface Acquired {
  readonly kind: 'acquired'
  readonly message: JobMessage
}

/** Claims an offered job: POST {run service}acquirejob with the listener's token (docs/protocol.md, "Claim"). */
export function acquireJob(
  client: ServiceClient,
  offer: JobOffer,
  signal: AbortSignal,
): Promise<Persisted<Acquired | Gone>> {
  const request: AcquireJobRequest = {
    jobMessageId: offer.runner_request_id,
    runnerOS: runnerOs(),
    billingOwnerId: offer.billing_owner_id,
  }
  return persist(
    async (): Promise<Attempt<Acquired | Gone>> => {
      const { status, json } = await client.post(`${offer.run_service_url}acquirejob`, request, { signal })
      if (isSuccess(status) && isJobMessage(json)) {
        return { kind: 'done', value: { kind: 'acquired', message: json } }
      }
      if (status === 404 || status === 409 || status === 422) {
        return { kind: 'done', value: { kind: 'gone', reason: errorMessageOf(json, status) } }
      }
      return { kind: 'again', reason: `acquirejob was answered with HTTP ${status}` }
    },
    { forMs: 30_000, signal },
  )
}

export interface LockedJob {
  /** Ends in `/`. */
  readonly url: string
  readonly planId: string
  readonly jobId: string
}

/** Extends the lock on a job (docs/protocol.md, "Lock"). 404: the job is gone, whatever the body says. */
export function renewJob(
  client: ServiceClient,
  job: LockedJob,
  options: { readonly forMs: number; readonly signal: AbortSignal },
): Promise<Persisted<{ kind: 'renewed' } | Gone>> {
  const request: RenewJobRequest = { planId: job.planId, jobId: job.jobId }
  return persist(async (): Promise<Attempt<{ kind: 'renewed' } | Gone>> => {
    const { status, json } = await client.post(`${job.url}renewjob`, request, { signal: options.signal })
    if (isSuccess(status)) return { kind: 'done', value: { kind: 'renewed' } }
    if (status === 404) {
      return { kind: 'done', value: { kind: 'gone', reason: errorMessageOf(json, status) } }
    }
    return { kind: 'again', reason: `renewjob was answered with HTTP ${status}` }
  }, options)
}

/** Reports a job whose worker cannot: it crashed. */
export function completeAsFailed(
  client: ServiceClient,
  job: LockedJob,
  message: string,
): Promise<Persisted<{ kind: 'completed' } | Gone>> {
  const request: CompleteJobRequest = {
    planId: job.planId,
    jobId: job.jobId,
    conclusion: 'failed',
    outputs: {},
    stepResults: [],
    annotations: [{ level: 'failure', message, isInfrastructureIssue: true }],
  }
  return persist(
    async (): Promise<Attempt<{ kind: 'completed' } | Gone>> => {
      const { status, json } = await client.post(`${job.url}completejob`, request)
      if (isSuccess(status)) return { kind: 'done', value: { kind: 'completed' } }
      if (status === 401 || status === 404) {
        return { kind: 'done', value: { kind: 'gone', reason: errorMessageOf(json, status) } }
      }
      return { kind: 'again', reason: `completejob was answered with HTTP ${status}` }
    },
    { forMs: 300_000 },
  )
}

function errorMessageOf(json: Json, status: number): string {
  const message = isJsonObject(json) ? json['errorMessage'] : null
  return typeof message === 'string' ? message : `HTTP ${status}`
}

/** Shallow on purpose: it tells a job message from a stray answer; the worker reads the members it needs with care. */
function isJobMessage(json: unknown): json is JobMessage {
  return isJsonObject(json) && json['messageType'] === 'RunnerJobRequest' && typeof json['jobId'] === 'string'
}
