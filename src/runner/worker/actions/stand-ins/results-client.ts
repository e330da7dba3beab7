import { RelayError } from '../../../../base/errors.ts'
import { readBody } from '../../../../base/http.ts'
import { isJsonObject, type JsonObject, parseJson } from '../../../../base/json.ts'
import { twirpPath } from '../../../../protocol/results-service.ts'
import { jobVariable } from './action-io.ts'
import { PassingFailure, Transfer } from './transfer.ts'

export type ResultsAnswer =
  | { readonly kind: 'ok'; readonly body: JsonObject }
  /** Twirp's error, such as `already_exists` or `not_found`. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly message: string }

/** Which run and job a request is about. */
export interface BackendIds {
  readonly workflow_run_backend_id: string
  readonly workflow_job_run_backend_id: string
}

const maxAnswerBytes = 16 * 1024 * 1024

/**
 * An action's view of the results service (docs/protocol.md, "Results service"): Twirp JSON below the origin of
 * ACTIONS_RESULTS_URL.
 */
export class ResultsClient {
  readonly transfer = new Transfer()
  readonly ids: BackendIds
  readonly #origin: string
  readonly #token: string

  constructor() {
    this.#origin = new URL(jobVariable('ACTIONS_RESULTS_URL')).origin
    this.#token = jobVariable('ACTIONS_RUNTIME_TOKEN')
    this.ids = idsOfToken(this.#token)
  }

  async call(service: string, method: string, body: object): Promise<ResultsAnswer> {
    const request = {
      url: this.#origin + twirpPath(service, method),
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#token}` },
      body: JSON.stringify(body),
    }
    return this.transfer.send(request, async answer => {
      const json = parseJson((await readBody(answer, maxAnswerBytes)).toString('utf8'))
      if (!isJsonObject(json))
        throw new PassingFailure(`${method} was answered with something other than JSON`)
      if (answer.status >= 200 && answer.status < 300) return { kind: 'ok', body: json }
      return {
        kind: 'refused',
        status: answer.status,
        code: member(json, 'code'),
        message: member(json, 'msg'),
      }
    })
  }

  /** The answer's body. Throws RelayError `broker_rejected` where the service refuses. */
  async mustCall(service: string, method: string, body: object): Promise<JsonObject> {
    const answer = await this.call(service, method, body)
    if (answer.kind === 'ok') return answer.body
    throw new RelayError(
      'broker_rejected',
      `${method} was refused: ${answer.message || answer.code || answer.status}`,
    )
  }
}

/** A member under its snake_case name, or in camelCase: services may answer in either. '' when absent. */
export function member(body: JsonObject, name: string): string {
  const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  const value = body[name] ?? body[camel]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/**
 * The job's token is a JWT whose `scp` claim holds `Actions.Results:<run>:<job>` among others
 * (docs/protocol.md, "Job tokens").
 */
function idsOfToken(token: string): BackendIds {
  const claims = parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
  const scopes = isJsonObject(claims) ? String(claims['scp'] ?? '').split(' ') : []
  for (const scope of scopes) {
    const [name, run, job, ...rest] = scope.split(':')
    if (name === 'Actions.Results' && run && job && rest.length === 0) {
      return { workflow_run_backend_id: run, workflow_job_run_backend_id: job }
    }
  }
  throw new RelayError('internal', 'ACTIONS_RUNTIME_TOKEN does not say which run and job it belongs to')
}
