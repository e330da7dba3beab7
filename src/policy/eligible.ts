import { isReachable, listOptions, listPinned, type Option } from './candidates.ts'
import { noConstraints, type Policy } from './policy.ts'
import type { RoutingRequest } from './request.ts'

/**
 * The machines a job may come to, online or not, as the policy and what is known of them stand: a pin leaves only those it
 * may mean, and overrules what the route asks of a machine. None without a route: the workflow's own labels decide. Pure.
 */
export function eligibleFor(policy: Policy, request: RoutingRequest): readonly Option[] {
  const { pin } = request
  const route = policy.routes.get(request.kind)
  if (pin) return listPinned(policy, route?.constraints ?? noConstraints, request, pin).filter(isReachable)
  return route ? listOptions(policy, route, request).filter(({ fit }) => fit.kind === 'met') : []
}
