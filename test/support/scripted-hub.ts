import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { JobMessage, StepMessage } from '../../src/protocol/job-message.ts'
import type { StepsUpdateRequest, WireStep } from '../../src/protocol/results-service.ts'
import type { BrokerMessage, CompleteJobRequest, WireAnnotation } from '../../src/protocol/runner-api.ts'

/** One request as the hub got it: `GET /b/message`, without its query. */
interface Call {
  readonly name: string
  readonly authorization: string
  /** Where a block is to be appended. */
  readonly position: string | null
  readonly query: URLSearchParams
}

/** Answers a request in place of the script; null leaves it to the script. 'lose_answer': it takes effect, unheard. */
type Intercept = (
  call: Call,
) => { readonly status: number; readonly body?: object } | 'drop' | 'lose_answer' | null

/**
 * A hub that plays a script: it offers the job messages it is told to, and remembers what a runner said. Real sockets, one
 * runner, no scheduling; for tests of the runner alone.
 */
export class ScriptedHub extends EventEmitter<{ change: [] }> {
  readonly calls: Call[] = []
  readonly steps = new Map<string, WireStep>()
  readonly changeOrders: number[] = []
  readonly blobs = new Map<string, string>()
  readonly lineCounts = new Map<string, number>()
  readonly completions: CompleteJobRequest[] = []
  intercept: Intercept = () => null
  #server: Server | null = null
  #port = 0
  #sessionId = ''
  #jobs = new Map<string, JobMessage>()
  #outbox: BrokerMessage[] = []
  #messageId = 0
  #poll: ServerResponse | null = null

  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response))
    await new Promise<void>(resolve => server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  /** Drops every connection and refuses new ones, until `listen` is called again: on the same port. */
  async close(): Promise<void> {
    const server = this.#server
    if (server === null) return
    this.#server = null
    this.#poll = null
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`
  }

  jitConfig({ ephemeral = false } = {}): string {
    const settings = { AgentId: 1, AgentName: 'tester', ServerUrlV2: `${this.url}b/`, Ephemeral: ephemeral }
    const credentials = { scheme: 'OAuthAccessToken', data: { token: 'runner-token' } }
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64')
    return encode({ '.runner': encode(settings), '.credentials': encode(credentials) })
  }

  offer(message: JobMessage): void {
    const requestId = randomUUID()
    this.#jobs.set(requestId, message)
    const offer = {
      id: '1',
      runner_request_id: requestId,
      run_service_url: `${this.url}r/`,
      billing_owner_id: '',
      should_acknowledge: false,
    }
    this.#post('RunnerJobRequest', offer)
  }

  /** As after a restart without its store: the open poll ends, and the next one names a session nobody knows. */
  forgetSession(): void {
    this.#sessionId = ''
    const poll = this.#poll
    this.#poll = null
    if (poll !== null) send(poll, 200, {})
  }

  cancel(jobId: string): void {
    this.#post('JobCancellation', { jobId, timeout: '00:05:00' })
  }

  /** The messages of a job, built from `script` steps; `more` overrides members. */
  job(steps: readonly StepMessage[], more: Partial<JobMessage> = {}): JobMessage {
    const accessToken = ['e30', Buffer.from('{"scp":"x"}').toString('base64url'), 'signature'].join('.')
    return {
      messageType: 'RunnerJobRequest',
      plan: { planId: randomUUID(), planType: 'actions', version: 8, scopeIdentifier: randomUUID() },
      timeline: { id: randomUUID() },
      jobId: randomUUID(),
      jobDisplayName: 'the job',
      jobName: 'job',
      requestId: 1,
      resources: {
        endpoints: [
          {
            name: 'SystemVssConnection',
            url: `${this.url}r/`,
            authorization: { scheme: 'OAuth', parameters: { AccessToken: accessToken } },
            data: { ResultsServiceUrl: this.url },
          },
        ],
      },
      variables: {
        'system.github.token': { value: 'ghs_0123456789', isSecret: true },
        github_token: { value: 'ghs_0123456789', isSecret: true },
        'system.github.results_endpoint': { value: this.url },
      },
      contextData: {
        github: {
          t: 2,
          d: [
            { k: 'repository', v: 'octo/queue' },
            { k: 'sha', v: 'abc' },
          ],
        },
        inputs: { t: 2 },
      },
      mask: [],
      steps,
      environmentVariables: [],
      defaults: [],
      fileTable: [],
      ...more,
    }
  }

  /** Resolves with the first value that is not undefined; asked again after each call. Rejects after `forMs`. */
  async until<T>(find: () => T | undefined, forMs = 10_000): Promise<T> {
    const deadline = AbortSignal.timeout(forMs)
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      await new Promise<void>((resolve, reject) => {
        const onTimeout = () => reject(new Error(`the hub waited ${forMs} ms in vain`))
        deadline.addEventListener('abort', onTimeout, { once: true })
        this.once('change', () => {
          deadline.removeEventListener('abort', onTimeout)
          resolve()
        })
      })
    }
  }

  completed(): Promise<CompleteJobRequest> {
    return this.until(() => this.completions[0])
  }

  /** A step's log without its timestamps. */
  log(stepId: string): string {
    return (this.blobs.get(`log/${stepId}`) ?? '').replaceAll(/^\S+ /gm, '')
  }

  /** All steps' logs in step order. */
  get fullLog(): string {
    const steps = [...this.steps.values()].sort((a, b) => a.number - b.number)
    return steps.map(step => this.log(step.external_id)).join('')
  }

  stepNamed(name: string): WireStep | undefined {
    return [...this.steps.values()].find(step => step.name === name)
  }

  get annotations(): WireAnnotation[] {
    return this.completions.flatMap(({ stepResults }) => stepResults.flatMap(step => [...step.annotations]))
  }

  #post(messageType: BrokerMessage['messageType'], body: object): void {
    this.#messageId += 1
    this.#outbox.push({ messageId: this.#messageId, messageType, body: JSON.stringify(body) })
    this.#deliver()
  }

  #deliver(): void {
    const poll = this.#poll
    if (poll === null || poll.destroyed) return
    const message = this.#outbox.shift()
    if (message === undefined) return
    this.#poll = null
    send(poll, 200, message)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url)
    const call: Call = {
      name: `${request.method} ${url.pathname}`,
      authorization: request.headers.authorization ?? '',
      position: request.headers['x-ms-blob-condition-appendpos']?.toString() ?? null,
      query: url.searchParams,
    }
    const body = await text(request).catch(() => null)
    if (body === null) return
    this.calls.push(call)
    const intercepted = this.intercept(call)
    if (intercepted === 'drop') request.socket.destroy()
    else if (intercepted === 'lose_answer') {
      response.end = () => response
      this.#play(call, body, response)
      request.socket.destroy()
    } else if (intercepted !== null) send(response, intercepted.status, intercepted.body ?? {})
    else this.#play(call, body, response)
    this.emit('change')
  }

  #play(call: Call, body: string, response: ServerResponse): void {
    const { name } = call
    if (name === 'GET /b/message') this.#hold(call, response)
    else if (name === 'POST /b/session') {
      this.#sessionId = randomUUID()
      send(response, 200, { sessionId: this.#sessionId })
    } else if (name === 'DELETE /b/session') send(response, 200, {})
    else if (name === 'POST /r/acquirejob') this.#acquire(JSON.parse(body).jobMessageId, response)
    else if (name === 'POST /r/renewjob') send(response, 200, { lockedUntil: '2030-01-01T00:00:00Z' })
    else if (name === 'POST /r/completejob') {
      this.completions.push(JSON.parse(body))
      send(response, 200, {})
    } else if (name.startsWith('PUT /blob/')) this.#store(call, body, response)
    else if (name.startsWith('POST /twirp/'))
      send(response, 200, this.#twirp(name.split('/').at(-1) ?? '', JSON.parse(body)))
    else send(response, 404, {})
  }

  #hold(call: Call, response: ServerResponse): void {
    if (call.query.get('sessionId') !== this.#sessionId) {
      send(response, 400, {
        source: 'actions-broker-listener',
        statusCode: 400,
        errorKind: 'RunnerSessionInvalid',
        errorMessage: '',
      })
      return
    }
    this.#poll = response
    this.#deliver()
  }

  #acquire(requestId: string, response: ServerResponse): void {
    const message = this.#jobs.get(requestId)
    if (message) send(response, 200, message)
    else send(response, 404, { source: 'actions-run-service', statusCode: 404, errorMessage: 'no such job' })
  }

  #store(call: Call, body: string, response: ServerResponse): void {
    const key = call.name.slice('PUT /blob/'.length)
    const before = call.query.get('comp') === 'appendblock' ? (this.blobs.get(key) ?? '') : ''
    if (call.position !== null && Number(call.position) !== Buffer.byteLength(before)) {
      send(response, 412, {})
      return
    }
    this.blobs.set(key, before + body)
    send(response, 201, {})
  }

  #twirp(
    method: string,
    body: { step_backend_id: string; line_count?: string } & StepsUpdateRequest,
  ): object {
    if (method === 'WorkflowStepsUpdate') {
      this.changeOrders.push(body.change_order)
      for (const step of body.steps) this.steps.set(step.external_id, step)
      return { ok: true }
    }
    if (method === 'GetStepLogsSignedBlobURL')
      return { logs_url: `${this.url}blob/log/${body.step_backend_id}?sig=1` }
    if (method === 'GetStepSummarySignedBlobURL')
      return { summary_url: `${this.url}blob/summary/${body.step_backend_id}?sig=1` }
    if (method === 'CreateStepLogsMetadata')
      this.lineCounts.set(body.step_backend_id, Number(body.line_count))
    return { ok: true }
  }
}

/** A `run:` step; members of `more` are added as they are. */
export function scriptStep(
  script: string,
  more: Partial<StepMessage> & { shell?: string; workingDirectory?: string } = {},
): StepMessage {
  const { shell, workingDirectory, ...members } = more
  const inputs = { script, ...(shell ? { shell } : {}), ...(workingDirectory ? { workingDirectory } : {}) }
  return {
    type: 'action',
    id: randomUUID(),
    name: '__run',
    contextName: `__run_${randomUUID().slice(0, 8)}`,
    condition: 'success()',
    inputs: mapping(inputs),
    reference: { type: 'script' },
    ...members,
  }
}

/** A mapping token of literals and tokens. */
export function mapping(members: Readonly<Record<string, NonNullable<StepMessage['inputs']>>>) {
  return { type: 2 as const, map: Object.entries(members).map(([Key, Value]) => ({ Key, Value })) }
}

export function expression(expr: string) {
  return { type: 3 as const, expr }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
