/**
 * How to add an operation to the conformance test:
 *
 *   1. In a scenario (test/conformance/scenarios/FAMILY.ts; a function of the api below, on a hub of its own) write
 *
 *        await api.call('GET /repos/{owner}/{repo}/actions/runs/{run_id}', { run_id: 1 }, { status: 200 })
 *
 *      The operation is a key of test/fixtures/github-api.json. Parameters are Octokit's: those the path names go
 *      there, the others into the query (GET, HEAD, DELETE) or the JSON body. `owner` and `repo` need not be given.
 *      The call fails unless status, headers and body are what GitHub describes; what it returns is for further use.
 *   2. Call it once for its success, and once for each error it can give (those that every operation gives alike are
 *      tried by themselves: scenarios/refusals.ts). Every status that is described must be seen; one that a hub has no
 *      occasion to give is listed in never-given.ts, with the reason.
 *   3. A new scenario is listed in conformance.test.ts; then: node test/conformance/write-hub-page.ts
 *
 * `api.hub` is the fixture of test/support/running-hub.ts: `startEcho`, `runner`, `request`, `repository`.
 */
import assert from 'node:assert/strict'
import type { Json } from '../../src/base/json.ts'
import type { Cleanup, Files } from '../support/git-repository.ts'
import { type HubFixture, startTestHub, testToken } from '../support/running-hub.ts'
import { AnswerCheck } from './answer-check.ts'
import { type Description, readDescription } from './description.ts'

export interface Expected {
  /** Several: any of them. */
  readonly status: number | readonly number[]
  /** Instead of the owner's; null: none. */
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is, instead of JSON of the parameters, which then go into the query. */
  readonly rawBody?: string | Uint8Array
  /** A media type other than JSON: sent as `Accept`, and expected. */
  readonly accept?: string
}

export type Parameters = Readonly<Record<string, Json>>

export type Scenario = (api: ConformanceApi) => Promise<void>

/** Which statuses of which operations were seen to conform. */
export class Coverage {
  readonly #statuses = new Map<string, Set<number>>()

  add(operation: string, status: number): void {
    const known = this.#statuses.get(operation) ?? new Set()
    this.#statuses.set(operation, known.add(status))
  }

  has(operation: string, status: number): boolean {
    return this.#statuses.get(operation)?.has(status) ?? false
  }
}

export class ConformanceApi {
  readonly hub: HubFixture
  readonly #description: Description
  readonly #check: AnswerCheck
  readonly #coverage: Coverage

  private constructor(hub: HubFixture, description: Description, coverage: Coverage) {
    this.hub = hub
    this.#description = description
    this.#check = new AnswerCheck(description)
    this.#coverage = coverage
  }

  /** A hub with the repository octo/queue of `files` (echo.yml unless told otherwise). */
  static async open(t: Cleanup, coverage: Coverage, files?: Files): Promise<ConformanceApi> {
    return new ConformanceApi(await startTestHub(t, files), readDescription(), coverage)
  }

  async call(operation: string, parameters: Parameters, expected: Expected): Promise<CalledAnswer> {
    assert.ok(this.#description.operations[operation], `GitHub's description has no ${operation}`)
    const { url, init } = request(this.hub.hub.apiUrl, operation, parameters, expected)
    const response = await fetch(url, init)
    const bytes = await response.bytes()
    const text = new TextDecoder().decode(bytes)
    const answer = { status: response.status, headers: response.headers, text }
    const said = `${operation} answered ${answer.status} ${text.slice(0, 300)}`
    assert.ok([expected.status].flat().includes(answer.status), `${said}\nexpected: ${expected.status}`)
    const problems = this.#check.problems(operation, answer, expected.accept)
    if (problems.length > 0) assert.fail([said, ...problems].join('\n'))
    await leadsSomewhere(answer)
    this.#coverage.add(operation, answer.status)
    return { ...answer, bytes, body: isJson(response) ? (JSON.parse(text) as JsonBody) : {} }
  }
}

/** Loose on purpose: its form was just checked against the description. */
type JsonBody = Readonly<Record<string, unknown>>

export interface CalledAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly bytes: Uint8Array
  /** {} unless it was JSON. */
  readonly body: JsonBody
}

/** Where GitHub redirects to is open to whoever has the link: no token goes there. */
async function leadsSomewhere({ status, headers }: { status: number; headers: Headers }): Promise<void> {
  const location = headers.get('Location')
  if (status !== 302 || location === null) return
  const target = await fetch(location)
  await target.body?.cancel()
  assert.equal(target.status, 200, location)
}

function isJson(response: Response): boolean {
  return /^application\/json\b/.test(response.headers.get('content-type') ?? '')
}

function request(
  apiUrl: string,
  operation: string,
  parameters: Parameters,
  expected: Expected,
): { readonly url: URL; readonly init: RequestInit } {
  const [method = '', template = ''] = operation.split(' ')
  const given: Parameters = { owner: 'octo', repo: 'queue', ...parameters }
  const named = new Set([...template.matchAll(/\{(\w+)\}/g)].map(match => match[1]))
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name) => pathValue(operation, name, given[name]))
  const url = new URL(apiUrl + path)
  const others = Object.entries(parameters).filter(([name]) => !named.has(name))
  const sendsBody = method !== 'GET' && method !== 'HEAD' && method !== 'DELETE'
  const isRaw = expected.rawBody !== undefined
  if (!sendsBody || isRaw) for (const [name, value] of others) url.searchParams.set(name, String(value))
  const body = sendsBody ? (expected.rawBody ?? JSON.stringify(Object.fromEntries(others))) : null
  const { token = testToken, accept, headers } = expected
  return {
    url,
    init: {
      method,
      body,
      redirect: 'manual',
      headers: {
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...(accept === undefined ? {} : { Accept: accept }),
        ...headers,
      },
    },
  }
}

/** Slashes stay: paths and refs have them. */
function pathValue(operation: string, name: string, value: Json | undefined): string {
  assert.ok(value !== undefined, `${operation} needs ${name}`)
  return encodeURIComponent(String(value)).replaceAll('%2F', '/')
}
