import { formatTimeOfDay, nextStart } from './hours.ts'
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
  const { hours } = route
  const start = hours && now !== undefined ? nextStart(hours, now) : null
  if (hours && start !== null) {
    const reason = `outside hours until ${formatTimeOfDay(hours.from)} (${hours.timeZone})`
    return { notBefore: new Date(start).toISOString(), reason }
  }
  const most = route.constraints.maxConcurrent
  if (most === null || running < most) return null
  return { notBefore: null, reason: `at max_concurrent: ${running} of ${most} ${kind} jobs run` }
}
