import { listOptions, listPinned, withoutLack } from './candidates.ts'
import { noConstraints, type Policy } from './policy.ts'
import type { RoutingRequest } from './request.ts'

/** Whether a machine may take the job that is not known to lack what it needs; true where nobody can tell. Pure. */
export function isElsewhere(policy: Policy, request: RoutingRequest): boolean {
  const route = policy.routes.get(request.kind) ?? null
  if (!request.fleet || (!route && !request.pin)) return true
  const options = request.pin
    ? listPinned(policy, route?.constraints ?? noConstraints, request, request.pin)
    : route && listOptions(policy, route, request)
  return withoutLack((options ?? []).filter(({ fit }) => fit.kind === 'met')) !== null
}
