import type { Millis } from '../base/clock.ts'
import type { ActiveJob } from '../ledger/active.ts'
import type { GivingUp, LedgerAttempt } from '../ledger/records.ts'
import { isFinalAttemptState } from '../model/job.ts'
import type { Run } from '../model/run.ts'
import type { Runner } from '../model/runner.ts'
import type { RunnerSeen } from './fleet-memory.ts'

/** What is to be done about a job. */
export type Diagnosis =
  /** Nothing: it is where it should be. */
  | { readonly kind: 'fine' }
  /** It may go out. */
  | { readonly kind: 'release' }
  /** The broker knows more of it than the ledger. */
  | { readonly kind: 'look' }
  /** It waits for a machine: is that still the right one? */
  | { readonly kind: 'reconsider' }
  | { readonly kind: 'give_up'; readonly why: GivingUp }
  /** Its run was told to end and has not. */
  | { readonly kind: 'insist' }
  /** Its run was forced to end and has not. */
  | { readonly kind: 'leave_behind' }

export interface Patient extends ActiveJob {
  /** Its run among those that wait or run; null: it is not among them. */
  readonly listed: Run | null
  /** Machines that bear every label the attempt asks for. */
  readonly bearers: readonly Runner[]
  readonly seen: ReadonlyMap<string, RunnerSeen>
}

/** How long each thing may last before it counts as wrong, in ms. */
export const patience = {
  /** From telling a run to end to forcing it: a runner has time to say its last words. */
  insist: 30_000,
  /** From telling a run to end to going on without it. */
  leaveBehind: 180_000,
  /**
   * A run that waits beside a machine which is free for it: GitHub gives it out again after 60 s
   * (docs/protocol.md, "Assignment").
   */
  stuck: 180_000,
  /** A machine that is away while it works. GitHub gives up on it after about ten minutes, and sometimes never does. */
  lost: 900_000,
  /** GitHub drops what waits for a day (docs/protocol.md, "Limits"). */
  queueLimit: 23 * 3_600_000,
} as const

/** What is wrong with a job, if anything. Pure. */
export function diagnose(patient: Patient, now: Millis): Diagnosis {
  const { newest, listed } = patient
  if (!newest || isFinalAttemptState(newest.state)) return { kind: 'release' }
  if (newest.state === 'prepared' || newest.state === 'unknown' || listed === null)
    return overdue(newest, now) ?? look
  if (newest.givenUp) return overdue(newest, now) ?? { kind: 'fine' }
  if (newest.state === 'running')
    return listed.status === 'in_progress' ? ofRunning(patient, newest, now) : look
  return listed.status === 'in_progress' ? look : ofWaiting(patient, newest, now)
}

const look: Diagnosis = { kind: 'look' }

/** Of a run that was told to end: what it takes next to be rid of it. null: it still has time. */
function overdue({ givenUp }: LedgerAttempt, now: Millis): Diagnosis | null {
  const forMs = givenUp ? now - Date.parse(givenUp.at) : 0
  if (forMs >= patience.leaveBehind) return { kind: 'leave_behind' }
  return forMs >= patience.insist ? { kind: 'insist' } : null
}

function ofRunning({ seen }: Patient, { runnerName }: LedgerAttempt, now: Millis): Diagnosis {
  const runner = seen.get(runnerName ?? '')
  const isAway = runner?.state === 'offline' || runner?.state === 'gone'
  if (!isAway || now - runner.since < patience.lost) return { kind: 'fine' }
  const minutes = Math.floor((now - runner.since) / 60_000)
  return giveUp(
    'lost',
    `${runnerName} is away for ${minutes} minutes, and its run goes on as if it were there`,
  )
}

function ofWaiting({ bearers, seen }: Patient, newest: LedgerAttempt, now: Millis): Diagnosis {
  const waitedMs = now - Date.parse(newest.sentAt ?? newest.createdAt)
  if (waitedMs >= patience.queueLimit) {
    return giveUp('queue_limit', 'GitHub drops what waits for a day: it is sent anew before')
  }
  const idle = bearers.find(({ name }) => isIdleFor(patience.stuck, seen.get(name), now))
  if (idle && waitedMs >= patience.stuck) {
    return giveUp('stuck', `its run waits although ${idle.name} is free for it`)
  }
  return { kind: 'reconsider' }
}

function isIdleFor(ms: Millis, runner: RunnerSeen | undefined, now: Millis): boolean {
  return runner?.state === 'idle' && now - runner.since >= ms
}

function giveUp(because: string, reason: string): Diagnosis {
  return { kind: 'give_up', why: { because, reason } }
}
