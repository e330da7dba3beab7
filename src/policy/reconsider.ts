import type { Millis } from '../base/clock.ts'
import { formatDuration, roughDuration } from '../base/duration.ts'
import type { Fleet, Runner } from '../model/runner.ts'
import { bears } from './capabilities.ts'
import type { Decision } from './decision.ts'
import { evaluatePolicy } from './evaluate.ts'
import type { Policy } from './policy.ts'
import type { RoutingRequest } from './request.ts'

/** A job that was sent to a machine which has not begun with it. */
export interface Wait {
  /** The decision it was sent by. */
  readonly decision: Decision
  /** When it began to wait for this step of the chain. */
  readonly since: Millis
}

/** The request as of now: its fleet, its load (without this job), and the steps that were exhausted before. */
export type ReconsiderRequest = RoutingRequest & { readonly now: Millis }

type MoveReason = 'queue_timeout' | 'gone' | 'offline' | 'busier' | 'preferred_is_free' | 'hours_over'

export type Reconsidered =
  | {
      readonly kind: 'stay'
      readonly words: string
      /** ISO 8601: when its queue_timeout is over; null: it has none, or nothing came of it. */
      readonly until: string | null
    }
  | {
      readonly kind: 'move'
      readonly because: MoveReason
      readonly words: string
      /** Where to. Held: take it back, and let it start later. */
      readonly decision: Decision
      /** For the next request: the steps that are exhausted now. */
      readonly exhausted: readonly number[]
    }

/** Whether a job that waits should go on waiting where it is. Pure. Moving costs a cancelled run, so it must be worth it. */
export function reconsider(policy: Policy, request: ReconsiderRequest, wait: Wait): Reconsidered {
  const { decision } = wait
  const { fleet, now } = request
  if (decision.outcome === 'pinned') return stay('it is pinned to its machine', null)
  if (decision.label === null) return stay('the labels of its workflow apply', null)
  if (!fleet) return stay('the runners could not be read', null)
  const isOver = now >= endOfWait(wait)
  const exhausted = new Set(request.exhausted)
  if (isOver && decision.step !== null) exhausted.add(decision.step)
  // It has its place among the jobs that run already.
  const next = evaluatePolicy(policy, { ...request, exhausted, running: 0 })
  const reason = reasonToMove(policy, request, wait, next, fleet, isOver)
  if (reason === null) return stayOn(wait, fleet, now, isOver)
  const words = `${reason.words}. ${next.summary}`
  return {
    kind: 'move',
    because: reason.because,
    words,
    decision: next,
    exhausted: [...exhausted].toSorted(),
  }
}

interface Reason {
  readonly because: MoveReason
  readonly words: string
}

function reasonToMove(
  policy: Policy,
  request: ReconsiderRequest,
  wait: Wait,
  next: Decision,
  fleet: Fleet,
  isOver: boolean,
): Reason | null {
  const { decision, since } = wait
  const label = decision.label ?? ''
  if (next.outcome === 'held') {
    return { because: 'hours_over', words: 'The hours in which it may start are over' }
  }
  if (next.label === null || next.label.toLowerCase() === label.toLowerCase()) return null
  if (isOver) {
    const waited = formatDuration((request.now - since) / 1_000)
    const rule = 'as long as queue_timeout allows'
    return { because: 'queue_timeout', words: `It waited ${waited} for ${label}, ${rule}` }
  }
  if (next.outcome === 'waiting' || decision.hosted) return null
  const bearers = fleet.runners.filter(runner => bears(runner, label))
  if (bearers.length === 0) return { because: 'gone', words: `No runner bears the label ${label} any more` }
  const online = bearers.filter(runner => runner.status === 'online')
  if (online.length === 0) return { because: 'offline', words: `${namesOf(bearers)} is offline` }
  if (online.some(runner => !runner.busy)) return null
  return busier(policy, request, decision, next) ?? freed(decision, next, fleet)
}

/** It would now be done later than promised, by more than the route lets a machine of one's choice take. */
function busier(
  policy: Policy,
  { kind, now }: ReconsiderRequest,
  decision: Decision,
  next: Decision,
): Reason | null {
  const mayTake = policy.routes.get(kind)?.preferredMayTakeSeconds ?? 0
  const runner = decision.candidates.find(candidate => candidate.verdict === 'chosen')?.runner ?? null
  const here = next.candidates.find(candidate => candidate.runner !== null && candidate.runner === runner)
  const there = next.candidates.find(candidate => candidate.verdict === 'chosen')
  if (here?.eta == null || there?.eta == null || decision.expectedFinish === null) return null
  const late = (now - Date.parse(decision.expectedFinish)) / 1_000 + here.eta
  if (late <= mayTake || here.eta - there.eta <= mayTake) return null
  return { because: 'busier', words: `${runner} would be done ${roughDuration(late)} later than promised` }
}

/** A machine of an earlier step is idle, while every one it waits for is busy. */
function freed(decision: Decision, next: Decision, fleet: Fleet): Reason | null {
  const name = next.candidates.find(candidate => candidate.verdict === 'chosen')?.runner ?? null
  const runner = fleet.runners.find(one => one.name === name)
  const isEarlier = next.step !== null && decision.step !== null && next.step < decision.step
  if (!isEarlier || !runner || runner.busy) return null
  return { because: 'preferred_is_free', words: `${name}, which comes first in the policy, is idle` }
}

function stayOn(wait: Wait, fleet: Fleet, now: Millis, isOver: boolean): Reconsidered {
  const { label } = wait.decision
  const bearers = fleet.runners.filter(runner => label !== null && bears(runner, label))
  const who = wait.decision.hosted
    ? `waits for a GitHub-hosted machine (${label})`
    : `waits for ${label} (${stateOf(bearers)})`
  const end = endOfWait(wait)
  if (isOver) return stay(`${who}; its queue_timeout is over, and there is nothing better`, null)
  if (end === Number.POSITIVE_INFINITY) return stay(who, null)
  const left = formatDuration((end - now) / 1_000)
  return stay(`${who}; the next step is tried in ${left}`, new Date(end).toISOString())
}

function stay(words: string, until: string | null): Reconsidered {
  return { kind: 'stay', words, until }
}

function endOfWait({ decision, since }: Wait): Millis {
  const { queueTimeoutSeconds } = decision
  return queueTimeoutSeconds === null ? Number.POSITIVE_INFINITY : since + queueTimeoutSeconds * 1_000
}

function stateOf(bearers: readonly Runner[]): string {
  if (bearers.length === 0) return 'no runner bears this label now'
  const online = bearers.filter(runner => runner.status === 'online')
  if (online.length === 0) return 'offline'
  return online.every(runner => runner.busy) ? 'online, busy' : 'online, idle'
}

function namesOf(runners: readonly Runner[]): string {
  return runners.map(runner => runner.name).join(' and ')
}
