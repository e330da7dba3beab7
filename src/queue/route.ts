import { asError, RelayError } from '../base/errors.ts'
import type { JobInputs } from '../model/inputs.ts'
import type { Fleet } from '../model/runner.ts'
import type { Decision } from '../policy/decision.ts'
import { evaluatePolicy } from '../policy/evaluate.ts'
import type { QueueContext } from './context.ts'

export interface Routing {
  readonly decision: Decision
  readonly ref: string
}

/**
 * Decides on the live fleet and the input's size: everything is asked for at once, so that it costs one round trip.
 * A broker that will not list its runners (the token lacks the right) leaves a decision on no knowledge, which says so;
 * one that cannot be reached throws `broker_unreachable`.
 */
export async function route(
  context: QueueContext,
  request: { readonly kind: string; readonly inputs: JobInputs; readonly pin: string | null },
): Promise<Routing> {
  const policy = await context.loadPolicy()
  const needsSize = policy.routes.get(request.kind)?.constraints.maxSizeMb != null
  const needsFleet = request.pin !== null || policy.routes.has(request.kind)
  const url = request.inputs['url']
  const [sight, sizeBytes, ref] = await Promise.all([
    needsFleet ? readFleet(context) : { fleet: null, problem: null },
    needsSize && url !== undefined ? readSize(context, url) : null,
    context.ref ?? context.broker.defaultBranch(),
  ])
  const { kind, pin } = request
  const now = context.clock()
  const decision = evaluatePolicy(policy, { kind, pin, now, inputs: { sizeBytes }, fleet: sight.fleet })
  if (sight.problem === null) return { decision, ref }
  const summary = `${decision.summary} The runners could not be listed: ${sight.problem}`
  return { decision: { ...decision, summary }, ref }
}

/** What a decision adds to the inputs of a dispatch: the machine's labels, and the limit its job keeps while downloading. */
export function routedInputs({
  runsOn,
  maxSizeMb,
}: Pick<Decision, 'runsOn' | 'maxSizeMb'>): Readonly<Record<string, string>> {
  if (runsOn.length === 0) return {}
  const limit = maxSizeMb === null ? {} : { max_size_mb: String(maxSizeMb) }
  return { runs_on: JSON.stringify(runsOn), ...limit }
}

async function readFleet(
  context: QueueContext,
): Promise<{ readonly fleet: Fleet | null; readonly problem: string | null }> {
  try {
    const runners = await context.broker.listRunners()
    return { fleet: { runners, facts: context.ledger.listFacts(context.broker.id) }, problem: null }
  } catch (error) {
    if (error instanceof RelayError && error.code === 'broker_unreachable') throw error
    return { fleet: null, problem: asError(error).message }
  }
}

/** An unknown size is no reason to refuse a job: the decision says so, and the limit holds while downloading. */
async function readSize(context: QueueContext, url: string): Promise<number | null> {
  try {
    return await context.sizeOf(url)
  } catch {
    return null
  }
}
