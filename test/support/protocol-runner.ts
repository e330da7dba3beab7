import assert from 'node:assert/strict'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { OpenedEngine } from '../../src/hub/scheduler/engine.ts'
import type { JobMessage } from '../../src/protocol/job-message.ts'
import type { BrokerMessage, JobOffer, TaskResult } from '../../src/protocol/runner-api.ts'

interface Answer {
  readonly status: number
  readonly body: Json
}

/** A scripted client of the runner protocol: it does only what it is told, call by call. */
export class TestRunner {
  readonly id: number
  readonly token: string
  readonly #base: string
  #sessionId = ''

  constructor(base: string, id: number, token: string) {
    this.#base = base
    this.id = id
    this.token = token
  }

  static async open(options: {
    readonly engine: Pick<OpenedEngine, 'registerRunner'>
    readonly base: string
    readonly name: string
    readonly labels: readonly string[]
    readonly ephemeral?: boolean
  }): Promise<TestRunner> {
    const { engine, base, name, labels } = options
    const registered = engine.registerRunner({
      name,
      labels,
      ephemeral: options.ephemeral ?? false,
      workFolder: '_work',
    })
    assert.ok(registered !== 'name_taken')
    const runner = new TestRunner(base, registered.runner.id, registered.token)
    assert.equal((await runner.openSession(`${name} (PID: 1)`)).status, 200)
    return runner
  }

  async openSession(ownerName: string): Promise<Answer> {
    const agent = { id: this.id, name: 'x', version: '2.336.0', osDescription: 'Linux 6.1' }
    const answer = await this.#post('/_services/broker/session', this.token, { ownerName, agent })
    if (answer.status === 200) this.#sessionId = String((answer.body as JsonObject)['sessionId'])
    return answer
  }

  closeSession(): Promise<Answer> {
    return send(`${this.#base}/_services/broker/session`, this.token, { method: 'DELETE' })
  }

  /** A second process with the same registration. */
  twin(): TestRunner {
    return new TestRunner(this.#base, this.id, this.token)
  }

  pollQuery(): string {
    return `${new URLSearchParams({ sessionId: this.#sessionId, status: 'Online' })}`
  }

  poll(options: { readonly busy?: boolean; readonly signal?: AbortSignal } = {}): Promise<Answer> {
    const query = new URLSearchParams({
      sessionId: this.#sessionId,
      status: options.busy ? 'Busy' : 'Online',
    })
    const init = options.signal ? { signal: options.signal } : {}
    return send(`${this.#base}/_services/broker/message?${query}`, this.token, init)
  }

  async nextOffer(): Promise<JobOffer> {
    const { status, body } = await this.poll()
    assert.equal(status, 200)
    const message = body as unknown as BrokerMessage
    assert.equal(message.messageType, 'RunnerJobRequest')
    return JSON.parse(message.body) as JobOffer
  }

  acquire(offer: Pick<JobOffer, 'runner_request_id'>): Promise<Answer> {
    const body = { jobMessageId: offer.runner_request_id, runnerOS: 'Linux', billingOwnerId: '' }
    return this.#post('/_services/run/acquirejob', this.token, body)
  }

  async takeJob(): Promise<TestJob> {
    const { status, body } = await this.acquire(await this.nextOffer())
    assert.equal(status, 200)
    return new TestJob(body as unknown as JobMessage)
  }

  #post(path: string, token: string, body: JsonObject): Promise<Answer> {
    return send(`${this.#base}${path}`, token, { method: 'POST', body: JSON.stringify(body) })
  }
}

/** What a worker does with the job's own token. */
export class TestJob {
  readonly message: JobMessage
  readonly token: string
  readonly #runUrl: string
  readonly #resultsUrl: string

  constructor(message: JobMessage) {
    this.message = message
    const endpoint = message.resources.endpoints[0]
    assert.ok(endpoint)
    this.token = endpoint.authorization.parameters.AccessToken
    this.#runUrl = endpoint.url
    this.#resultsUrl = endpoint.data['ResultsServiceUrl'] ?? ''
  }

  /** What the job's steps know as GITHUB_TOKEN. */
  get githubToken(): string {
    return this.message.variables['system.github.token']?.value ?? ''
  }

  get ids(): { workflow_run_backend_id: string; workflow_job_run_backend_id: string } {
    return {
      workflow_run_backend_id: this.message.plan.planId,
      workflow_job_run_backend_id: this.message.jobId,
    }
  }

  renew(): Promise<Answer> {
    return this.#call('renewjob', {})
  }

  complete(conclusion: TaskResult, more: JsonObject = {}): Promise<Answer> {
    return this.#call('completejob', { conclusion, ...more })
  }

  twirp(service: string, method: string, body: JsonObject): Promise<Answer> {
    const url = `${this.#resultsUrl}twirp/${service}/${method}`
    return send(url, this.token, { method: 'POST', body: JSON.stringify({ ...this.ids, ...body }) })
  }

  #call(method: string, body: JsonObject): Promise<Answer> {
    const { jobId, plan } = this.message
    const text = JSON.stringify({ planId: plan.planId, jobId, ...body })
    return send(`${this.#runUrl}${method}`, this.token, { method: 'POST', body: text })
  }
}

async function send(url: string, token: string, init: RequestInit): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const response = await fetch(url, { ...init, headers })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as Json) }
}
