import { hostedMachine } from './capabilities.ts'
import { checkConstraints, type Fit } from './constraints.ts'
import type { Route } from './policy.ts'
import type { RoutingRequest } from './request.ts'

/** Whether a GitHub-hosted machine may do a job of `eta` seconds: it must fit, minutes must be left, and no key be needed. */
export function hostedFit(route: Route, request: RoutingRequest, eta: number | null): Fit {
  if (request.offersHosted === false) {
    return { kind: 'broken', reason: 'this broker has no GitHub-hosted machines' }
  }
  if (request.keys) return { kind: 'broken', reason: 'it has no key, and the file is encrypted' }
  const fit = checkConstraints(route.constraints, request.inputs, hostedMachine)
  const over = overBudget(route.hostedMinutesPerMonth, request.hostedMinutesUsed ?? 0, eta)
  if (over === null) return fit
  return { kind: 'broken', reason: fit.kind === 'broken' ? `${fit.reason}; ${over}` : over }
}

function overBudget(limit: number | null, used: number, eta: number | null): string | null {
  if (limit === null) return null
  const rounded = Math.ceil(used)
  if (rounded >= limit) return `hosted budget used up (${rounded} of ${limit} minutes this month)`
  // GitHub bills a job by whole minutes, rounded up.
  const needed = eta === null ? 1 : Math.max(1, Math.ceil(eta / 60))
  if (rounded + needed <= limit) return null
  return `hosted budget too small: about ${needed} minutes needed, ${limit - rounded} of ${limit} left this month`
}
