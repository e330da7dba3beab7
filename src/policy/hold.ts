import type { Millis } from '../base/clock.ts'
import { formatTimeOfDay, type Hours, nextStart } from './hours.ts'
import type { Route } from './policy.ts'
import type { RoutingRequest } from './request.ts'

/** A job that fits, but must not start yet. */
export interface Hold {
  /** ISO 8601; null: as soon as another job ends. */
  readonly notBefore: string | null
  readonly reason: string
}

/** Why a job must not start now; null: it may. */
export function findHold(route: Route, request: RoutingRequest): Hold | null {
  const { now, running = 0, kind } = request
  const outside = route.hours && now !== undefined ? outsideHours(route.hours, now) : null
  if (outside) return outside
  const most = route.constraints.maxConcurrent
  if (most === null || running < most) return null
  return { notBefore: null, reason: `at max_concurrent: ${running} of ${most} ${kind} jobs run` }
}

/** What a decision says of a held job. */
export function holdInWords({ reason }: Hold): string {
  return `Held: ${reason}.`
}

function outsideHours(hours: Hours, now: Millis): Hold | null {
  const start = nextStart(hours, now)
  if (start === null) return null
  const reason = `outside hours until ${formatTimeOfDay(hours.from)} (${hours.timeZone})`
  return { notBefore: new Date(start).toISOString(), reason }
}
