import { RelayError } from '../base/errors.ts'
import { randomId } from '../base/id.ts'
import type { DispatchRequest } from '../model/broker.ts'
import type { JobInputs } from '../model/inputs.ts'
import { kindOfPooledWorkflow } from '../model/kinds.ts'
import type { Decision } from '../policy/decision.ts'
import type { QueueContext } from './context.ts'
import { dispatchTolerantly, refusalOf } from './dispatch.ts'
import { findRunPatiently } from './locate.ts'
import { route, routedInputs } from './route.ts'

export interface WorkflowDispatch {
  /** `x.yml` or `.github/workflows/x.yml`. */
  readonly workflow: string
  readonly inputs: JobInputs
  /** null: the context's ref. */
  readonly ref?: string | null
  /** Let the policy choose the machine of a pooled workflow whose `runs_on` is not given. */
  readonly route: boolean
  readonly dryRun?: boolean
}

export type WorkflowDispatchOutcome =
  | {
      readonly kind: 'dispatched'
      readonly runId: number
      readonly runUrl: string
      readonly decision: Decision | null
      /** Inputs of RelayQ that the workflow does not declare, and was sent without. */
      readonly dropped: readonly string[]
    }
  | { readonly kind: 'dry_run'; readonly request: DispatchRequest; readonly decision: Decision | null }

/** One plain dispatch, not kept in the ledger and never taken for a duplicate. An answer that is lost is looked up by name. */
export async function dispatchWorkflow(
  context: QueueContext,
  dispatch: WorkflowDispatch,
): Promise<WorkflowDispatchOutcome> {
  const { decision, ref } = await decide(context, dispatch)
  const nonce = dispatch.inputs['relayq_id'] || `d${randomId()}`
  const inputs = { ...(decision ? routedInputs(decision) : {}), ...dispatch.inputs, relayq_id: nonce }
  const request = { workflow: dispatch.workflow, ref, inputs }
  if (dispatch.dryRun) return { kind: 'dry_run', request, decision }
  const sent = await send(context, request, nonce)
  return { kind: 'dispatched', ...sent, decision }
}

async function decide(
  context: QueueContext,
  { workflow, inputs, ref, route: isRouted }: WorkflowDispatch,
): Promise<{ readonly decision: Decision | null; readonly ref: string }> {
  const kind = kindOfPooledWorkflow(workflow)
  const given = ref ?? context.ref
  if (!isRouted || !kind || inputs['runs_on']) {
    return { decision: null, ref: given ?? (await context.broker.defaultBranch()) }
  }
  const routing = await route({ ...context, ref: given }, { kind: kind.name, inputs, pin: null })
  const { outcome, summary } = routing.decision
  if (outcome !== 'rejected' && outcome !== 'held') return routing
  // Nothing remembers a plain dispatch until it may start.
  const later = outcome === 'held' ? `relayq submit ${kind.name} keeps it until it may start. ` : ''
  throw new RelayError('invalid_input', summary, {
    hint: `${later}Send it anyway, to whichever machine the workflow names, with --no-route.`,
  })
}

async function send(
  context: QueueContext,
  request: DispatchRequest,
  nonce: string,
): Promise<{ readonly runId: number; readonly runUrl: string; readonly dropped: readonly string[] }> {
  const since = context.clock()
  const { outcome, dropped } = await dispatchTolerantly(context, request, () => undefined)
  if (outcome.kind === 'rejected') throw refusalOf(outcome, request)
  if (outcome.kind === 'accepted' && outcome.runId !== null && outcome.runUrl !== null) {
    return { runId: outcome.runId, runUrl: outcome.runUrl, dropped }
  }
  const trace = { workflow: request.workflow, nonce, since }
  const run = dropped.includes('relayq_id') ? null : await findRunPatiently(context, trace)
  if (run) return { runId: run.id, runUrl: run.url, dropped }
  const said = outcome.kind === 'unknown' ? outcome.message : 'the broker did not name the run'
  throw new RelayError(
    'broker_unavailable',
    `It is not known whether ${request.workflow} was started: ${said}.`,
    {
      hint: 'Look at the list of runs before sending it again.',
    },
  )
}
