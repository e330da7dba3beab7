import { asError, RelayError } from '../base/errors.ts'
import type { LedgerAttempt, LedgerJob } from '../ledger/records.ts'
import { machineLacks } from '../model/failure.ts'
import type { JobInputs } from '../model/inputs.ts'
import { parseRelayedFile } from '../model/relayed-file.ts'
import type { Fleet } from '../model/runner.ts'
import { hostedLabel } from '../policy/candidates.ts'
import type { Decision } from '../policy/decision.ts'
import { eligibleFor } from '../policy/eligible.ts'
import { isElsewhere } from '../policy/elsewhere.ts'
import { evaluatePolicy } from '../policy/evaluate.ts'
import type { Policy } from '../policy/policy.ts'
import { recipientsFor } from '../policy/recipients.ts'
import type { RoutingRequest, RunnerLoad } from '../policy/request.ts'
import type { QueueContext } from './context.ts'
import { keysFor } from './encrypted-file.ts'
import { machinesWithoutPath, withoutPathAmong } from './machines-without-path.ts'
import { type Outlook, outlookOf } from './outlook.ts'

export interface Routing {
  readonly decision: Decision
  readonly ref: string
  /** What the decision took for the length of the recording; null: unknown. */
  readonly mediaSeconds: number | null
  /** Machines the job may come to, where none of them lent the folder of its `path` when it last said what it lends. */
  readonly withoutPath: readonly string[]
  /** For whom the job's file has to be encrypted; null: it is not to be. */
  readonly recipients: readonly string[] | null
}

export interface RouteRequest {
  readonly kind: string
  readonly inputs: JobInputs
  readonly pin: string | null
  /** Its file is to be encrypted, which it is not yet. */
  readonly encrypts?: boolean
  /** The job itself, where there is one already: what it went through counts. */
  readonly job?: LedgerJob
  /** The attempt that has just failed for want of what its machine should have; not yet in the ledger. */
  readonly lacksOn?: LedgerAttempt
}

/** What was seen a moment ago, so that nobody is asked, and what was done since. */
export interface KnownSight {
  readonly outlook: Outlook
  /** By runner name. */
  readonly load: ReadonlyMap<string, RunnerLoad>
  /** Jobs of each kind that were sent since then. */
  readonly sent: ReadonlyMap<string, number>
}

/**
 * Decides on the live fleet and the input's size: everything is asked for at once, so that it costs one round trip.
 * A broker that will not list its runners (the token lacks the right) leaves a decision on no knowledge, which says so;
 * one that cannot be reached throws `broker_unreachable`.
 */
export async function route(
  context: QueueContext,
  request: RouteRequest,
  sight: KnownSight | null = null,
): Promise<Routing> {
  const { policy, asked, problem, ref, mediaSeconds } = await askAbout(context, request, sight)
  const decision = evaluatePolicy(policy, asked)
  const without = machinesWithoutPath(request.inputs['path'] ?? '', asked.fleet)
  const withoutPath = withoutPathAmong(eligibleFor(policy, asked), without)
  const routing = { ref, mediaSeconds, withoutPath, recipients: recipientsFor(policy, asked) }
  if (problem === null) return { decision, ...routing }
  const summary = `${decision.summary} The runners could not be listed: ${problem}`
  return { decision: { ...decision, summary }, ...routing }
}

/** Whether a job may go to a machine that is not known to lack what it needs; throws as `route` does. */
export async function mayGoElsewhere(context: QueueContext, request: RouteRequest): Promise<boolean> {
  const { policy, asked } = await askAbout(context, request, null)
  return isElsewhere(policy, asked)
}

interface Question {
  readonly policy: Policy
  readonly asked: RoutingRequest
  /** Why the runners could not be listed; null: they were, or need not be. */
  readonly problem: string | null
  readonly ref: string
  readonly mediaSeconds: number | null
}

async function askAbout(
  context: QueueContext,
  request: RouteRequest,
  sight: KnownSight | null,
): Promise<Question> {
  const policy = await context.loadPolicy()
  const known = policy.routes.get(request.kind)
  const needsSize = known !== undefined
  const needsFleet = request.pin !== null || known !== undefined
  const [seen, sizeBytes, ref] = await Promise.all([
    needsFleet ? readFleet(context, sight) : { fleet: null, problem: null },
    needsSize ? readSize(context, request.inputs) : null,
    context.ref ?? context.broker.defaultBranch(),
  ])
  const mediaSeconds = lengthOf(sizeBytes ?? (sight && usualBytes))
  const asked: RoutingRequest = {
    ...{ kind: request.kind, pin: request.pin, inputs: { sizeBytes }, fleet: seen.fleet },
    ...circumstancesOf(context, request, {
      outlook: sight?.outlook ?? outlookNow(context, seen.fleet),
      mediaSeconds,
      load: sight?.load ?? null,
      sent: sight?.sent.get(request.kind) ?? 0,
    }),
  }
  return { policy, asked, problem: seen.problem, ref, mediaSeconds }
}

/** Jobs that have not gone out are no machine's load. */
function outlookNow(context: QueueContext, fleet: Fleet | null): Outlook {
  return outlookOf(context, fleet, context.ledger.listActive(context.broker.id, { sent: true }))
}

/** Bytes of audio per second where nothing better is known: MP3 of 128 kbit/s, the usual of podcasts. */
const usualBytesPerSecond = 16_000
/** Half an hour: what divides jobs among machines must take some length for one that is not known. */
const usualBytes = 1_800 * usualBytesPerSecond

function lengthOf(bytes: number | null): number | null {
  return bytes === null ? null : bytes / usualBytesPerSecond
}

interface Circumstances {
  readonly outlook: Outlook
  /** Of the recording; null: unknown. */
  readonly mediaSeconds: number | null
  /** By runner name; instead of that of the outlook. */
  readonly load: ReadonlyMap<string, RunnerLoad> | null
  /** Jobs of the kind that were sent since the outlook. */
  readonly sent: number
}

/** What the ledger knows that bears on the decision. */
export function circumstancesOf(
  context: QueueContext,
  request: RouteRequest,
  { outlook, mediaSeconds, load, sent }: Circumstances,
): Partial<RoutingRequest> {
  const { kind, job, inputs } = request
  const attempts = job ? outlook.attempts(job) : []
  const failed = attempts.flatMap(({ runnerName, failure, reason }) =>
    runnerName !== null && failure !== null && failure !== 'interrupted'
      ? [[runnerName, `tried before: ${reason ?? failure}`] as const]
      : [],
  )
  const lacking = attempts.filter(({ failure }) => failure === machineLacks).flatMap(machineOf)
  const waited = attempts.flatMap(({ step, givenUp }) =>
    givenUp?.because === 'queue_timeout' && step !== null ? [step] : [],
  )
  return {
    now: outlook.now,
    avoid: new Map([...machinesWithoutPath(inputs['path'] ?? '', outlook.fleet), ...failed]),
    lacking: new Set([...lacking, ...(request.lacksOn ? machineOf(request.lacksOn) : [])]),
    exhausted: new Set(waited),
    load: load ?? outlook.loads.ahead(job?.id ?? ''),
    speeds: outlook.speeds(kind),
    mediaSeconds,
    keys: keysFor(context, request),
    running: sent + outlook.running(kind, job?.id ?? null),
    offersHosted: context.broker.offersHosted,
    hostedMinutesUsed: outlook.hostedMinutes,
  }
}

/** The machine of an attempt, as `lacking` names it: hosted ones are all alike. None where it had none. */
function machineOf({ runnerName, runsOn }: LedgerAttempt): readonly string[] {
  if (runnerName === null) return []
  return [runsOn.includes(hostedLabel) ? hostedLabel : runnerName]
}

/** What a decision adds to the inputs of a dispatch: the machine's labels, and the limits its job keeps. */
export function routedInputs({
  runsOn,
  maxSizeMb,
  timeoutMinutes,
  verify,
}: Pick<Decision, 'runsOn' | 'maxSizeMb' | 'timeoutMinutes' | 'verify'>): Readonly<Record<string, string>> {
  if (runsOn.length === 0) return {}
  return {
    runs_on: JSON.stringify(runsOn),
    ...(maxSizeMb === null ? {} : { max_size_mb: String(maxSizeMb) }),
    ...(timeoutMinutes === null ? {} : { timeout_minutes: String(timeoutMinutes) }),
    // As machines do when nothing is said, older ones too.
    ...(verify === 'warn' ? {} : { verify }),
  }
}

async function readFleet(
  context: QueueContext,
  sight: KnownSight | null,
): Promise<{ readonly fleet: Fleet | null; readonly problem: string | null }> {
  if (sight?.outlook.fleet) return { fleet: sight.outlook.fleet, problem: null }
  try {
    const facts = context.ledger.listFacts(context.broker.id)
    const runners = await context.broker.listRunners()
    return { fleet: { runners, facts }, problem: null }
  } catch (error) {
    if (error instanceof RelayError && error.code === 'broker_unreachable') throw error
    return { fleet: null, problem: asError(error).message }
  }
}

/** An unknown size is no reason to refuse a job: the decision says so, and the limit holds while downloading. */
async function readSize(context: QueueContext, { url, file }: JobInputs): Promise<number | null> {
  if (file !== undefined) return parseRelayedFile(file)?.bytes ?? null
  if (url === undefined) return null
  try {
    return await context.sizeOf(url)
  } catch {
    return null
  }
}
