import { RelayError } from '../base/errors.ts'
import type { Answer, GitHubClient } from './client.ts'
import { HttpFault } from './errors.ts'

/** An answer as it stands. */
export interface ProbeAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  /** null: a refusal, or no JSON. */
  readonly data: unknown
  /** What a refusal says; '' otherwise. */
  readonly message: string
}

/** A name that no file of a workflow has. */
const noWorkflow = 'relayq-doctor-asks-whether-it-may.yml'

/** A dispatch that changes nothing: 404 where the token might send one, 403 where it may not. */
export function probeDispatch(client: GitHubClient): Promise<ProbeAnswer> {
  const path = `/actions/workflows/${noWorkflow}/dispatches`
  return probe(() => client.post(path, { ref: 'main' }))
}

/** A refusal is an answer too. Throws where none comes, where the rate is limited, and where the server stumbles. */
export async function probe(ask: () => Promise<Answer>): Promise<ProbeAnswer> {
  try {
    const { status, headers, data } = await ask()
    return { status, headers, data, message: '' }
  } catch (thrown) {
    const fault = thrown instanceof RelayError ? thrown.cause : null
    const isRefusal = fault instanceof HttpFault && fault.status !== null && fault.status < 500
    const isLimited = thrown instanceof RelayError && thrown.code === 'broker_unavailable'
    if (!isRefusal || isLimited) throw thrown
    const { status, headers, message } = fault
    return { status: status ?? 0, headers: headers ?? new Map(), data: null, message }
  }
}
