import { RelayError } from '../../base/errors.ts'
import { isJsonObject } from '../../base/json.ts'
import {
  receiverService,
  stepUpdateService,
  twirpPath,
  type WireStep,
} from '../../protocol/results-service.ts'
import { isSuccess, type ServiceClient } from '../service-client.ts'

/** Which run and job the results belong to: `plan.planId` and `jobId` of the job message. */
export interface ResultsIds {
  readonly planId: string
  readonly jobId: string
}

/**
 * A job's side of the results service (docs/protocol.md, "Results service"): states of steps, their logs and
 * summaries. Each method is one exchange; it throws what the connection throws, or RelayError `broker_rejected` (final)
 * and `broker_unavailable` (try again).
 */
export class ResultsClient {
  readonly #client: ServiceClient
  readonly #endpoint: string
  readonly #ids: ResultsIds

  constructor(client: ServiceClient, endpoint: string, ids: ResultsIds) {
    this.#client = client
    this.#endpoint = endpoint.endsWith('/') ? endpoint.slice(0, -1) : endpoint
    this.#ids = ids
  }

  async updateSteps(steps: readonly WireStep[], changeOrder: number): Promise<void> {
    await this.#call(stepUpdateService, 'WorkflowStepsUpdate', { steps, change_order: changeOrder })
  }

  /** A URL with a query, so that `&comp=appendblock` may be added. */
  stepLogUrl(stepId: string): Promise<string> {
    return this.#signedUrl('GetStepLogsSignedBlobURL', stepId, 'logs_url')
  }

  summaryUrl(stepId: string): Promise<string> {
    return this.#signedUrl('GetStepSummarySignedBlobURL', stepId, 'summary_url')
  }

  async finishStepLog(stepId: string, lineCount: number): Promise<void> {
    await this.#call(receiverService, 'CreateStepLogsMetadata', {
      step_backend_id: stepId,
      uploaded_at: new Date().toISOString(),
      line_count: String(lineCount),
    })
  }

  async finishSummary(stepId: string, bytes: number): Promise<void> {
    await this.#call(receiverService, 'CreateStepSummaryMetadata', {
      step_backend_id: stepId,
      size: String(bytes),
      uploaded_at: new Date().toISOString(),
    })
  }

  async createBlob(url: string, content = ''): Promise<void> {
    expectSuccess(await this.#client.put(url, content, { 'content-type': 'text/plain; charset=utf-8' }))
  }

  /**
   * Appends at `position`. 'displaced': the blob does not end there (412), as after a block whose answer was lost; so a
   * block is never appended twice (Azure's condition, which the blobs of this protocol follow).
   */
  async appendBlock(url: string, position: number, content: string): Promise<'appended' | 'displaced'> {
    const status = await this.#client.put(`${url}&comp=appendblock`, content, {
      'content-type': 'text/plain; charset=utf-8',
      'x-ms-blob-condition-appendpos': String(position),
    })
    if (status === 412) return 'displaced'
    expectSuccess(status)
    return 'appended'
  }

  async #signedUrl(method: string, stepId: string, member: string): Promise<string> {
    const answer = await this.#call(receiverService, method, { step_backend_id: stepId })
    const url = answer[member]
    if (typeof url !== 'string')
      throw new RelayError('broker_rejected', `${method} answered without ${member}.`)
    return url
  }

  async #call(service: string, method: string, body: object) {
    const { status, json } = await this.#client.post(`${this.#endpoint}${twirpPath(service, method)}`, {
      ...body,
      workflow_run_backend_id: this.#ids.planId,
      workflow_job_run_backend_id: this.#ids.jobId,
    })
    expectSuccess(status)
    if (!isJsonObject(json) || json['ok'] === false)
      throw new RelayError('broker_rejected', `${method} was refused.`)
    return json
  }
}

/** `broker_rejected`: it will never be taken, such as for a job that has ended. `broker_unavailable`: it may be, later. */
function expectSuccess(status: number): void {
  if (isSuccess(status)) return
  const final = status >= 400 && status < 500 && status !== 408 && status !== 429
  const code = final ? 'broker_rejected' : 'broker_unavailable'
  throw new RelayError(code, `The results service answered with HTTP ${status}.`)
}
