import { RelayError } from '../base/errors.ts'
import type { DispatchOutcome, DispatchRequest } from '../model/broker.ts'
import { ownInputs } from '../model/kinds.ts'
import type { QueueContext } from './context.ts'

type Sender = Pick<QueueContext, 'broker' | 'sleep'>

export interface TolerantOutcome {
  readonly outcome: DispatchOutcome
  /** Inputs of RelayQ that the workflow does not declare. */
  readonly dropped: readonly string[]
}

/**
 * Dispatches, and again without those of RelayQ's own inputs that the workflow refuses: a 422 has started nothing.
 * `beforeDrop` is told before the second sending.
 */
export async function dispatchTolerantly(
  sender: Sender,
  request: DispatchRequest,
  beforeDrop: (names: readonly string[]) => void,
): Promise<TolerantOutcome> {
  const outcome = await dispatchSettled(sender, request)
  const refused = refusedOwnInputs(outcome, request)
  if (refused.length === 0) return { outcome, dropped: [] }
  beforeDrop(refused)
  const kept = Object.entries(request.inputs).filter(([name]) => !refused.includes(name))
  const second = await dispatchTolerantly(
    sender,
    { ...request, inputs: Object.fromEntries(kept) },
    beforeDrop,
  )
  return { outcome: second.outcome, dropped: [...refused, ...second.dropped] }
}

/** Between tries, in ms: GitHub takes some seconds to learn of a workflow that was just pushed. */
const settleDelaysMs = [1_000, 2_000, 4_000]

async function dispatchSettled(
  { broker, sleep }: Sender,
  request: DispatchRequest,
): Promise<DispatchOutcome> {
  for (const delay of settleDelaysMs) {
    const outcome = await broker.dispatch(request)
    if (!isNotSettled(outcome)) return outcome
    await sleep(delay)
  }
  return broker.dispatch(request)
}

/** GitHub: 422 `Workflow does not have 'workflow_dispatch' trigger`, of one that has it in its newest commit. */
function isNotSettled(outcome: DispatchOutcome): boolean {
  return (
    outcome.kind === 'rejected' &&
    outcome.status === 422 &&
    /does not have '?workflow_dispatch'? trigger/i.test(outcome.message)
  )
}

/** GitHub: 422 `Unexpected inputs provided: ["relayq_id", "runs_on"]`. */
function refusedOwnInputs(outcome: DispatchOutcome, request: DispatchRequest): readonly string[] {
  if (outcome.kind !== 'rejected' || outcome.status !== 422) return []
  if (!/unexpected inputs/i.test(outcome.message)) return []
  return ownInputs.filter(name => name in request.inputs && outcome.message.includes(`"${name}"`))
}

/** A refusal as an error: GitHub answers 404 for an unknown workflow or repository, 422 for wrong inputs or refs. */
export function refusalOf(
  outcome: { readonly status: number; readonly message: string },
  request: { readonly workflow: string; readonly ref: string },
): RelayError {
  const message = outcome.message.replace(/\.$/, '')
  if (outcome.status === 404) {
    return new RelayError('unknown_workflow', `There is no workflow ${request.workflow}: ${message}.`, {
      hint: 'It must be in .github/workflows/ on the default branch.',
    })
  }
  if (outcome.status === 422) {
    return new RelayError('invalid_input', `${request.workflow} at ${request.ref} was refused: ${message}.`, {
      hint: 'Compare the inputs with those the workflow declares, and the ref with the branches there are.',
    })
  }
  return new RelayError('broker_rejected', `The broker refused the dispatch (${outcome.status}): ${message}.`)
}
