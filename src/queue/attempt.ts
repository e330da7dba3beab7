import { RelayError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { LedgerAttempt, LedgerJob } from '../ledger/records.ts'
import type { DispatchOutcome, DispatchRequest } from '../model/broker.ts'
import { requireKind } from '../model/inputs.ts'
import type { Decision } from '../policy/decision.ts'
import { type QueueContext, timestamp } from './context.ts'
import { dispatchTolerantly, refusalOf } from './dispatch.ts'
import { findRunOnce, findRunPatiently } from './locate.ts'
import { dropFile, sendMissingFile } from './relayed-files.ts'
import { type RouteRequest, type Routing, route, routedInputs } from './route.ts'

/** A dispatch whose run has not shown up for so long was never received. GitHub lists runs within seconds. */
export const settleMs = 120_000

/** What to tell of a job that no machine may take. */
export function rejectionOf(
  decision: Decision,
  { kind, pin }: { readonly kind: string; readonly pin: string | null },
): RelayError {
  return new RelayError('invalid_input', decision.summary, {
    hint: pin
      ? 'relayq runners lists the machines and their labels.'
      : `relayq route ${kind} ... explains every candidate; --pin RUNNER sends it to one of them all the same.`,
  })
}

export type BeginOutcome =
  | { readonly kind: 'sent' }
  /** It has failed. */
  | { readonly kind: 'refused'; readonly error: RelayError }
  /** It is held back, is over by now, or another process was faster. */
  | { readonly kind: 'not_begun' }

/**
 * Decides, unless the `routing` is given; sends the job's file along where that was not done before; writes attempt
 * `number`, and sends it. The caller has seen that this number is the next: where another process writes it first, that
 * one sends it. A job no machine may take fails here. Throws what the broker throws.
 */
export async function beginAttempt(
  context: QueueContext,
  job: LedgerJob,
  number: number,
  routing: Routing | null = null,
): Promise<BeginOutcome> {
  const begun = await begin(context, job, number, routing)
  // It may have been cancelled while its file was sent.
  if (begun.kind !== 'sent') await dropFile(context, context.ledger.getJob(job.id) ?? job)
  return begun
}

async function begin(
  context: QueueContext,
  job: LedgerJob,
  number: number,
  routing: Routing | null,
): Promise<BeginOutcome> {
  const { ledger } = context
  const { decision, ref, mediaSeconds, recipients } = routing ?? (await route(context, requestFor(job)))
  const detail = { ...decisionRecord(decision), mediaSeconds }
  if (decision.outcome === 'rejected') {
    ledger.appendEvent(job.id, 'decision', detail, timestamp(context))
    ledger.failUnsent(job.id, decision.summary, timestamp(context))
    return { kind: 'refused', error: rejectionOf(decision, job) }
  }
  if (decision.outcome === 'held') {
    postpone(context, job, decision)
    return { kind: 'not_begun' }
  }
  const ready = await withFile(context, job, recipients)
  if (ready instanceof RelayError) return { kind: 'refused', error: ready }
  const attempt = ledger.prepareAttempt({
    jobId: job.id,
    number,
    workflow: requireKind(job.kind).workflow,
    ref,
    runsOn: decision.runsOn,
    decision: detail,
    step: decision.step,
    now: timestamp(context),
  })
  if (!attempt) return { kind: 'not_begun' }
  const refusal = await sendAttempt(context, { ...ready, decision: detail }, attempt)
  return refusal ? { kind: 'refused', error: refusal } : { kind: 'sent' }
}

/** Sends the file of a job that is to go out when that is done. */
export async function sendFileAhead(
  context: QueueContext,
  job: LedgerJob,
  recipients: readonly string[] | null,
): Promise<void> {
  await withFile(context, job, recipients)
  await dropFile(context, context.ledger.getJob(job.id) ?? job)
}

/** The job once its file is sent. One whose file is not what it was fails here, and why is returned. */
async function withFile(
  context: QueueContext,
  job: LedgerJob,
  recipients: readonly string[] | null,
): Promise<LedgerJob | RelayError> {
  try {
    return await sendMissingFile(context, job, recipients)
  } catch (error) {
    if (!(error instanceof RelayError) || !ofTheFile.has(error.code)) throw error
    context.ledger.failUnsent(job.id, error.message, timestamp(context))
    return error
  }
}

/** What waiting does not mend, and is no word of the broker's. */
const ofTheFile: ReadonlySet<string> = new Set(['file_unusable', 'too_large', 'invalid_config'])

/** What a job asks of the policy. */
export function requestFor(job: LedgerJob): RouteRequest {
  return { kind: job.kind, inputs: textInputs(job), pin: job.pin, job }
}

/** When a job that the policy holds back is looked at again, in ms: until its hour, but the policy may be edited meanwhile. */
const heldMs = { withHour: 300_000, without: 30_000 }

function postpone(context: QueueContext, job: LedgerJob, { notBefore, summary }: Decision): void {
  const now = context.clock()
  const until =
    notBefore === null ? now + heldMs.without : Math.min(Date.parse(notBefore), now + heldMs.withHour)
  const wait = { until: new Date(until).toISOString(), reason: summary, now: timestamp(context) }
  context.ledger.postpone(job.id, wait)
}

/**
 * Goes on with an attempt whose sending was interrupted or not answered: looks for its run, and sends it again only
 * when nothing can have been started or the run has not shown up within the settle time.
 */
export async function recoverAttempt(
  context: QueueContext,
  job: LedgerJob,
  attempt: LedgerAttempt,
): Promise<void> {
  const { ledger } = context
  if (attempt.sentAt !== null) {
    const run = attempt.isTraceable ? await findRunOnce(context, traceOf(attempt)) : null
    if (run) {
      await recordRun(context, attempt, run)
      return
    }
    if (context.clock() - Date.parse(attempt.sentAt) < settleMs) return
    if (!attempt.isTraceable) {
      const reason = `its dispatch was not answered, and ${attempt.workflow} takes no relayq_id to find its run by`
      ledger.moveAttempt({ attemptId: attempt.id, to: 'failed', now: timestamp(context), reason })
      return
    }
  }
  const claimed = ledger.claimResend(attempt, timestamp(context))
  if (claimed) await sendAttempt(context, job, claimed)
}

/** Sends a written attempt once and records what the broker made of it. */
async function sendAttempt(
  context: QueueContext,
  job: LedgerJob,
  attempt: LedgerAttempt,
): Promise<RelayError | null> {
  const { ledger } = context
  const outcome = await releasingOnThrow(context, attempt, async () => {
    const { outcome } = await dispatchTolerantly(context, requestOf(context, job, attempt), names => {
      ledger.appendEvent(job.id, 'inputs_not_declared', { names: [...names] }, timestamp(context))
      if (names.includes('relayq_id')) ledger.markUntraceable(attempt.id)
    })
    return outcome
  })
  if (outcome.kind === 'accepted' && outcome.runId !== null) {
    await recordRun(context, attempt, { id: outcome.runId, url: outcome.runUrl })
  } else if (outcome.kind === 'rejected') {
    const refusal = refusalOf(outcome, attempt)
    ledger.moveAttempt({
      attemptId: attempt.id,
      to: 'rejected',
      now: timestamp(context),
      reason: refusal.message,
    })
    return refusal
  } else {
    await lookAfter(context, attempt, outcome)
  }
  return null
}

/** The broker's throw means that nothing was started; a lasting one ends the attempt, a passing one leaves it to be sent. */
async function releasingOnThrow(
  context: QueueContext,
  attempt: LedgerAttempt,
  send: () => Promise<DispatchOutcome>,
): Promise<DispatchOutcome> {
  try {
    return await send()
  } catch (error) {
    if (error instanceof RelayError) context.ledger.releaseAttempt(attempt)
    throw error
  }
}

async function lookAfter(
  context: QueueContext,
  attempt: LedgerAttempt,
  outcome: DispatchOutcome,
): Promise<void> {
  const said = outcome.kind === 'unknown' ? outcome.message : 'the broker did not name the run'
  const now = timestamp(context)
  context.ledger.moveAttempt({
    attemptId: attempt.id,
    to: 'unknown',
    now,
    reason: `not yet confirmed: ${said}`,
  })
  const current = context.ledger.newestAttempt(attempt.jobId)
  if (!current?.isTraceable) return
  const run = await findRunPatiently(context, traceOf(attempt))
  if (run) await recordRun(context, attempt, run)
}

/** Notes the attempt's run. A job that was cancelled while its dispatch was on the way has its run cancelled here. */
export async function recordRun(
  context: QueueContext,
  attempt: LedgerAttempt,
  run: { readonly id: number; readonly url: string | null; readonly createdAt?: string },
): Promise<void> {
  const { broker, ledger } = context
  const move = { attemptId: attempt.id, now: timestamp(context), at: run.createdAt ?? null }
  ledger.moveAttempt({ ...move, to: 'dispatched', runId: run.id, runUrl: run.url })
  if (ledger.getJob(attempt.jobId)?.state === 'cancelled') await broker.cancelRun(run.id)
}

function requestOf({ ledger }: QueueContext, job: LedgerJob, attempt: LedgerAttempt): DispatchRequest {
  const { maxSizeMb, timeoutMinutes, verify } = (job.decision ?? {}) as Partial<Decision>
  const routed = routedInputs({
    runsOn: attempt.runsOn,
    maxSizeMb: maxSizeMb ?? null,
    timeoutMinutes: timeoutMinutes ?? null,
    verify: verify ?? 'warn',
  })
  const inputs = { ...textInputs(job), ...routed, ...identity(ledger, job), relayq_id: attempt.id }
  return { workflow: attempt.workflow, ref: attempt.ref, inputs }
}

/**
 * The attempts of a job share a concurrency group, so that no two of them run side by side. A run that would not end
 * holds its group for ever: later attempts have a group of their own, and are told whom to ignore.
 */
function identity(ledger: Ledger, { id, generation }: LedgerJob): Readonly<Record<string, string>> {
  if (generation === 0) return { relayq_group: id }
  const leftBehind = ledger
    .listAttempts(id)
    .flatMap(({ isLeftBehind, runId }) => (isLeftBehind ? [runId] : []))
  return { relayq_group: `${id}-${generation}`, relayq_ignore: leftBehind.join(',') }
}

export function traceOf(attempt: LedgerAttempt): { workflow: string; nonce: string; since: number } {
  return { workflow: attempt.workflow, nonce: attempt.id, since: Date.parse(attempt.createdAt) }
}

function textInputs(job: LedgerJob): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(job.inputs).map(([name, value]) => [name, String(value)]))
}

/** A decision is JSON by construction; a copy makes it a record of its own. */
function decisionRecord(decision: Decision): JsonObject {
  return JSON.parse(JSON.stringify(decision)) as JsonObject
}
