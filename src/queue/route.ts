import { asError, RelayError } from '../base/errors.ts'
import type { LedgerJob } from '../ledger/records.ts'
import type { JobInputs } from '../model/inputs.ts'
import type { Fleet, Runner } from '../model/runner.ts'
import type { Decision } from '../policy/decision.ts'
import { evaluatePolicy } from '../policy/evaluate.ts'
import type { RoutingRequest } from '../policy/request.ts'
import type { QueueContext } from './context.ts'
import { isAtBroker, loadOf } from './load.ts'

export interface Routing {
  readonly decision: Decision
  readonly ref: string
}

export interface RouteRequest {
  readonly kind: string
  readonly inputs: JobInputs
  readonly pin: string | null
  /** The job itself, where there is one already: what it went through counts. */
  readonly job?: LedgerJob
}

/**
 * Decides on the live fleet and the input's size: everything is asked for at once, so that it costs one round trip.
 * `runners`: as seen a moment ago, so that nobody is asked. A broker that will not list its runners (the token lacks the
 * right) leaves a decision on no knowledge, which says so; one that cannot be reached throws `broker_unreachable`.
 */
export async function route(
  context: QueueContext,
  request: RouteRequest,
  runners?: readonly Runner[] | null,
): Promise<Routing> {
  const policy = await context.loadPolicy()
  const known = policy.routes.get(request.kind)
  const needsSize = known !== undefined
  const needsFleet = request.pin !== null || known !== undefined
  const url = request.inputs['url']
  const [sight, sizeBytes, ref] = await Promise.all([
    needsFleet ? readFleet(context, runners) : { fleet: null, problem: null },
    needsSize && url !== undefined ? readSize(context, url) : null,
    context.ref ?? context.broker.defaultBranch(),
  ])
  const decision = evaluatePolicy(policy, {
    ...{ kind: request.kind, pin: request.pin, inputs: { sizeBytes }, fleet: sight.fleet },
    ...circumstances(context, request, sight.fleet, sizeBytes),
  })
  if (sight.problem === null) return { decision, ref }
  const summary = `${decision.summary} The runners could not be listed: ${sight.problem}`
  return { decision: { ...decision, summary }, ref }
}

/** Bytes of audio per second where nothing better is known: MP3 of 128 kbit/s, the usual of podcasts. */
const usualBytesPerSecond = 16_000

/** What the ledger knows that bears on the decision. */
function circumstances(
  context: QueueContext,
  { kind, job }: RouteRequest,
  fleet: Fleet | null,
  sizeBytes: number | null,
): Partial<RoutingRequest> {
  const { broker, ledger } = context
  const now = context.clock()
  const others = ledger.listActive(broker.id).filter(active => active.job.id !== job?.id)
  const attempts = job ? ledger.listAttempts(job.id).filter(({ number }) => number > job.budgetFrom) : []
  const failed = attempts.flatMap(({ runnerName, failure, reason }) =>
    runnerName !== null && failure !== null ? [[runnerName, reason ?? failure] as const] : [],
  )
  const given = attempts.flatMap(({ step, givenUp }) => (givenUp && step !== null ? [step] : []))
  return {
    now,
    avoid: new Map(failed),
    exhausted: new Set(given),
    load: loadOf(others, fleet?.runners ?? [], now),
    speeds: ledger.listSpeeds(broker.id, kind),
    mediaSeconds: sizeBytes === null ? null : sizeBytes / usualBytesPerSecond,
    running: others.filter(other => other.job.kind === kind && other.newest && isAtBroker(other.newest))
      .length,
    offersHosted: broker.offersHosted,
    hostedMinutesUsed: ledger.hostedMinutes(broker.id, startOfMonth(now)),
  }
}

function startOfMonth(now: number): string {
  return `${new Date(now).toISOString().slice(0, 7)}-01T00:00:00.000Z`
}

/** What a decision adds to the inputs of a dispatch: the machine's labels, and the limits its job keeps. */
export function routedInputs({
  runsOn,
  maxSizeMb,
  timeoutMinutes,
}: Pick<Decision, 'runsOn' | 'maxSizeMb' | 'timeoutMinutes'>): Readonly<Record<string, string>> {
  if (runsOn.length === 0) return {}
  return {
    runs_on: JSON.stringify(runsOn),
    ...(maxSizeMb === null ? {} : { max_size_mb: String(maxSizeMb) }),
    ...(timeoutMinutes === null ? {} : { timeout_minutes: String(timeoutMinutes) }),
  }
}

async function readFleet(
  context: QueueContext,
  known: readonly Runner[] | null | undefined,
): Promise<{ readonly fleet: Fleet | null; readonly problem: string | null }> {
  const facts = context.ledger.listFacts(context.broker.id)
  if (known) return { fleet: { runners: known, facts }, problem: null }
  try {
    const runners = await context.broker.listRunners()
    return { fleet: { runners, facts }, problem: null }
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
