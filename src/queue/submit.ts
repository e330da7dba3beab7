import { RelayError } from '../base/errors.ts'
import { randomId } from '../base/id.ts'
import type { LedgerJob, NewJob } from '../ledger/records.ts'
import { type JobInputs, requireKind } from '../model/inputs.ts'
import type { KindSpec } from '../model/kinds.ts'
import type { Decision } from '../policy/decision.ts'
import { rejectionOf } from './attempt.ts'
import { type QueueContext, timestamp } from './context.ts'
import { requireRecipients, willEncrypt } from './encrypted-file.ts'
import { insertWithFile, sendFileFirst, unlessAway } from './file-first.ts'
import { idempotencyKey } from './idempotency.ts'
import { describeInputs, type LocalFile } from './local-file.ts'
import { type Readiness, readinessOf } from './readiness.ts'
import { dropFile } from './relayed-files.ts'
import { requireScript, type ScriptDiffers } from './require-script.ts'
import { type RouteRequest, type Routing, route } from './route.ts'
import { sameJob, seenAgain } from './same-job.ts'
import { keepingJob, neverGoesOut, sendNext, type Unsent, untilRoom } from './send-next.ts'
import { isSupervised } from './supervisor-lease.ts'

export interface SubmitRequest {
  readonly kind: string
  readonly inputs: JobInputs
  /** Two submits with the same key are the same job, whatever their inputs. */
  readonly key?: string | null
  /** A new job even where an active or succeeded one is the same. */
  readonly isNew?: boolean
  /** The job that bears the key counts whatever became of it: for what must never be submitted twice. */
  readonly once?: boolean
  /** A runner or label the job must go to. */
  readonly pin?: string | null
  /** Higher goes first; 0 is usual. */
  readonly priority?: number
  /** Ids of jobs that must have succeeded before it goes out. */
  readonly after?: readonly string[]
  /** ISO 8601: it does not go out earlier. */
  readonly notBefore?: string | null
  /** Jobs of one batch take turns with others. */
  readonly batch?: string | null
  /** Whether a file that is sent along is encrypted for the machines that may do the job; null: as is usual here. */
  readonly encrypt?: boolean | null
  readonly dryRun?: boolean
  /** Told what a person may want to know before the outcome is there. */
  readonly tell?: (notice: SubmitNotice) => void
}

export type SubmitNotice =
  /** A file of this machine was looked at, and goes to the broker now. */
  | { readonly kind: 'file_is_sent' }
  /** As they said with their last jobs: one of them may lend it by now. */
  | { readonly kind: 'path_not_lent'; readonly path: string; readonly machines: readonly string[] }
  | ScriptDiffers

export type SubmitOutcome =
  | {
      readonly kind: 'created'
      readonly job: LedgerJob
      readonly decision: Decision | null
      readonly unsent: Unsent
    }
  | { readonly kind: 'duplicate'; readonly job: LedgerJob }
  | { readonly kind: 'dry_run'; readonly decision: Decision; readonly duplicateOf: LedgerJob | null }

/** What becomes of a request that is more than a dry run. */
export type Submitted = Exclude<SubmitOutcome, { readonly kind: 'dry_run' }>

/**
 * Makes a job of a request, and sends it once it may go out. Throws `unknown_kind`, `invalid_input`,
 * `invalid_policy`, `job_not_found`, `script_unusable` before anything is written. A broker that cannot be reached, or says "later", is no
 * error: the job is kept, and goes out when it can. One that the policy refuses, or whose file the broker does, is thrown, and
 * there is no job; of one that was sent, and refused, the failed job stays. It stays, too, of one that does not go out at once
 * (it is held, or a supervisor sends it) and names no machine, path or file, and of one without a file that must never be
 * submitted twice.
 */
export async function submit(given: QueueContext, request: SubmitRequest): Promise<SubmitOutcome> {
  const asked = await understand(given, request)
  const { kind, file, encrypts } = asked
  // Read once, and before anything is written: a malformed policy must leave no job behind.
  const policy = await given.loadPolicy()
  const context = { ...given, loadPolicy: async () => policy }
  const followed = (request.after ?? []).map(id => requireJob(context, id))
  if (request.dryRun) return dryRun(context, request, asked)
  const holder = holderOf(context, request, asked.key)
  const known = sameJob(kind, request, await seenAgain(context, kind, holder))
  if (known && (file || request.once)) return { kind: 'duplicate', job: await goOn(context, known) }
  const isReady = !known && readinessFirst(context, request, followed).kind === 'ready'
  const decided =
    !known && decidesFirst(context, request, asked, isReady)
      ? await unlessAway(() => routeFirst(context, request, asked))
      : null
  const id = `j${randomId(11)}`
  if (file && decided?.kind === 'done') request.tell?.({ kind: 'file_is_sent' })
  const first = file && decided && (await sendFileFirst(context, file, { decided, encrypts, label: id }))
  // Of two that begin it anew at once, the first one wins.
  const replace = request.isNew || (holder && !known ? 'succeeded' : false)
  const inserted = await insertWithFile(context, first, { ...newJob(context, request, asked), id, replace })
  if (inserted.kind === 'duplicate') return { kind: 'duplicate', job: await goOn(context, inserted.job) }
  // One that is not ready waits for something else, and says so.
  const away = isReady ? [first?.sent, decided].find(tried => tried?.kind === 'away') : undefined
  const unsent =
    away?.kind === 'away'
      ? keepUnsent(context, inserted.job, { error: away.error, hasFile: file !== null })
      : await sendFirst(context, inserted.job, decided?.kind === 'done' ? decided.value : null)
  const job = context.ledger.getJob(inserted.job.id) ?? inserted.job
  return { kind: 'created', job, decision: job.decision as Decision | null, unsent }
}

/** A request whose words are checked, with what follows from them. */
interface Asked {
  readonly kind: KindSpec
  readonly inputs: JobInputs
  readonly file: LocalFile | null
  readonly pin: string | null
  readonly encrypts: boolean
  /** Of the jobs that are this one. */
  readonly key: string
}

async function understand(context: QueueContext, request: SubmitRequest): Promise<Asked> {
  const kind = requireKind(request.kind)
  const { inputs, file } = await describeInputs(context, kind, request.inputs)
  const differs = await requireScript(context, kind, inputs)
  if (differs) request.tell?.(differs)
  const pin = request.pin ?? null
  // A file is the same wherever it lies.
  const identity = file ? { ...inputs, file: file.sha256 } : inputs
  const key = idempotencyKey({ kind: kind.name, inputs: identity, pin, key: request.key ?? null })
  return { kind, inputs, file, pin, encrypts: willEncrypt(context, request.encrypt ?? null, file), key }
}

async function dryRun(context: QueueContext, request: SubmitRequest, asked: Asked): Promise<SubmitOutcome> {
  const routing = await route(context, routeRequestOf(asked))
  tellOfPath(request, asked, routing)
  const { decision } = routing
  const duplicateOf = sameJob(asked.kind, request, holderOf(context, request, asked.key))
  return { kind: 'dry_run', decision, duplicateOf }
}

function routeRequestOf({ kind, inputs, pin, encrypts }: Asked): RouteRequest {
  return { kind: kind.name, inputs, pin, encrypts }
}

/** Whose key the request would need; null: it is free, or a new job is wanted in any case. */
function holderOf({ broker, ledger }: QueueContext, request: SubmitRequest, key: string): LedgerJob | null {
  if (request.isNew) return null
  return request.once ? ledger.findEverByKey(broker.id, key) : ledger.findByKey(broker.id, key)
}

function newJob(
  context: QueueContext,
  request: SubmitRequest,
  { kind, inputs, pin, key }: Asked,
): Omit<NewJob, 'id' | 'replace'> {
  return {
    broker: context.broker.id,
    kind: kind.name,
    inputs: { ...inputs },
    pin,
    idempotencyKey: key,
    priority: request.priority ?? 0,
    batch: request.batch ?? null,
    notBefore: request.notBefore ?? null,
    after: request.after ?? [],
    now: timestamp(context),
    once: request.once === true && !request.isNew,
  }
}

function keepUnsent(
  context: QueueContext,
  job: LedgerJob,
  { error, hasFile }: { readonly error: RelayError; readonly hasFile: boolean },
): Unsent {
  const reason = hasFile ? `its file could not be sent yet: ${error.message}` : error.message
  context.ledger.setReason({ jobId: job.id, state: 'pending', reason, now: timestamp(context) })
  return { reason, supervised: isSupervised(context) }
}

/** A job that is refused at once leaves no file behind. */
async function sendFirst(context: QueueContext, job: LedgerJob, routing: Routing | null): Promise<Unsent> {
  try {
    const unsent = await sendNext(context, job, routing)
    return unsent?.reason === untilRoom ? { ...unsent, reason: await reasonToHold(context, job) } : unsent
  } finally {
    await dropFile(context, context.ledger.getJob(job.id) ?? job)
  }
}

/** What the supervisor will find. Without the inputs: nobody is asked for a size, only whether a machine is there counts. */
async function reasonToHold(context: QueueContext, { kind, pin }: LedgerJob): Promise<string> {
  const seen = await unlessAway(() => route(context, { kind, inputs: {}, pin }))
  const decision = seen.kind === 'done' ? seen.value.decision : null
  return decision?.outcome === 'waiting' ? decision.summary : untilRoom
}

/** Throws `invalid_input` where it never will be ready, unless the failed job is to stay. */
function readinessFirst(
  context: QueueContext,
  { notBefore = null, once = false }: SubmitRequest,
  followed: readonly LedgerJob[],
): Readiness {
  const dependencies = followed.map(({ id, state }) => ({ afterId: id, state }))
  const readiness = readinessOf({ notBefore }, dependencies, context.clock())
  if (readiness.kind === 'never' && !once) throw neverGoesOut(readiness.reason)
  return readiness
}

/** Whether the policy is asked before there is a job, so that a refusal leaves none. A file has to be sent first in any case. */
function decidesFirst(
  context: QueueContext,
  { once = false }: SubmitRequest,
  { inputs, file, pin }: Asked,
  isReady: boolean,
): boolean {
  if (file) return true
  if (once) return false
  return pin !== null || inputs['path'] !== undefined || (isReady && !isSupervised(context))
}

function requireJob({ broker, ledger }: QueueContext, id: string): LedgerJob {
  const job = ledger.getJob(id)
  if (job?.broker === broker.id) return job
  throw new RelayError('job_not_found', `There is no job ${JSON.stringify(id)} to follow.`, {
    hint: 'relayq list shows the jobs there are.',
  })
}

/** A pin that leads to no runner is a slip of the keyboard, and leaves no job; a file that no machine may take is not sent. */
async function routeFirst(context: QueueContext, request: SubmitRequest, asked: Asked): Promise<Routing> {
  const wanted = routeRequestOf(asked)
  const routing = await route(context, wanted)
  requireRecipients(routing.recipients, routing.decision)
  if (routing.decision.outcome === 'rejected') throw rejectionOf(routing.decision, wanted)
  tellOfPath(request, asked, routing)
  return routing
}

function tellOfPath({ tell }: SubmitRequest, { inputs }: Asked, { withoutPath: machines }: Routing): void {
  if (machines.length > 0) tell?.({ kind: 'path_not_lent', path: inputs['path'] ?? '', machines })
}

/** A pending duplicate may be one whose submit was cut short: it is taken up where it stands. */
async function goOn(context: QueueContext, job: LedgerJob): Promise<LedgerJob> {
  if (job.state !== 'pending') return job
  const { reconcile } = await import('./reconcile.ts')
  await keepingJob(context, job, () => reconcile(context, job))
  const current = context.ledger.getJob(job.id) ?? job
  if (current.state !== 'failed') return current
  throw new RelayError('broker_rejected', `Job ${job.id} was refused: ${current.reason}`, {
    hint: 'Correct the request and submit it again.',
  })
}
