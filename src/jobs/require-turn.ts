import { asError, RelayError } from '../base/errors.ts'
import { oneLine } from '../base/one-line.ts'
import { retry } from '../base/retry.ts'
import { GitHubClient } from '../github/client.ts'
import { dispatchedRuns } from '../github/workflow-runs.ts'
import type { Run } from '../model/run.ts'
import type { JobContext } from './context.ts'
import { mayStart, type StartDecision } from './may-start.ts'
import { type RunPlace, readPlace } from './run-place.ts'

/** How long GitHub is asked before it counts as silent. Times in ms. */
interface Patience {
  readonly attempts: number
  readonly firstDelayMs: number
  readonly limitMs: number
}

const usualPatience: Patience = { attempts: 5, firstDelayMs: 1_500, limitMs: 30_000 }

/** A brother is almost always among the newest; GITHUB_TOKEN has but 1000 requests per hour and repository. */
const maxRuns = 500

/**
 * Asks GitHub for the other runs of this job, and throws `superseded` where one of them has done it or is doing it. When
 * it cannot be asked, the concurrency group of the job keeps runs apart and the work begins; after a run was given up the
 * group may have been left to it, so the work does not begin then: `broker_unavailable`.
 */
export async function requireTurn(context: JobContext, patience: Patience = usualPatience): Promise<void> {
  const place = readPlace(context.env)
  if (place === null) return
  const found = await listRuns(place, context.signal, patience)
  if (found.kind === 'silent') return beginUnasked(place, found.error, context)
  const decision = mayStart(place.own, found.runs)
  if (decision.kind === 'superseded') throw superseded(decision)
}

type Found =
  | { readonly kind: 'runs'; readonly runs: readonly Run[] }
  | { readonly kind: 'silent'; readonly error: Error }

async function listRuns(place: RunPlace, signal: AbortSignal, patience: Patience): Promise<Found> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(patience.limitMs)])
  const client = new GitHubClient(place.target, { signal: limited })
  const { attempts, firstDelayMs } = patience
  try {
    const list = () => newestRuns(client, place.workflow)
    return { kind: 'runs', runs: await retry(list, { attempts, firstDelayMs, isRetryable, signal: limited }) }
  } catch (thrown) {
    signal.throwIfAborted()
    return { kind: 'silent', error: asError(thrown) }
  } finally {
    client.close()
  }
}

async function newestRuns(client: GitHubClient, workflow: string): Promise<readonly Run[]> {
  const runs: Run[] = []
  for await (const run of dispatchedRuns(client, workflow)) {
    if (runs.push(run) >= maxRuns) break
  }
  return runs
}

/** A refusal stays one; only silence and a server in trouble may pass. */
function isRetryable(thrown: unknown): boolean {
  const code = thrown instanceof RelayError ? thrown.code : null
  return code === 'broker_unreachable' || code === 'broker_unavailable'
}

function beginUnasked({ own }: RunPlace, error: Error, { print }: JobContext): void {
  const said = error.message.replace(/\.$/, '')
  if (own.ignored.size === 0) {
    print(`relayq: warning: ${oneLine(`It is not known whether another run does this job: ${said}.`)}`)
    return
  }
  throw new RelayError('broker_unavailable', `It is not known whether another run does this job: ${said}.`, {
    hint: 'Try again in a minute.',
    cause: error,
  })
}

const reasons = {
  done: 'it has done this job',
  repeated: 'it was started for this very attempt, and has ended',
  ahead: 'it is doing this job',
} as const

function superseded({ by, why }: Extract<StartDecision, { kind: 'superseded' }>): RelayError {
  return new RelayError('superseded', `Superseded by run ${by.id}: ${reasons[why]}.`, {
    hint: `See ${by.url}`,
  })
}
