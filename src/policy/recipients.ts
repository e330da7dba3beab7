import { listOptions, listPinned, type Option } from './candidates.ts'
import { keyOf } from './keys.ts'
import { noConstraints, type Policy } from './policy.ts'
import type { MachineKeys, RoutingRequest } from './request.ts'

/**
 * The keys a file must be encrypted to, so that every machine the job may come to can read it, now or when it is
 * attempted again: of those that do not fit as they are, too, since one may have ffmpeg tomorrow. Without a route the
 * workflow's own labels decide, which are not known here: then all keys there are. null: it is not encrypted. Pure.
 */
export function recipientsFor(policy: Policy, request: RoutingRequest): readonly string[] | null {
  const { keys, pin } = request
  if (!keys) return null
  const route = policy.routes.get(request.kind)
  const constraints = route?.constraints ?? noConstraints
  if (pin) return keysOf(listPinned(policy, constraints, request, pin), keys)
  return route ? keysOf(listOptions(policy, route, request), keys) : [...new Set(keys.values())]
}

function keysOf(options: readonly Option[], keys: MachineKeys): readonly string[] {
  const own = options.filter(({ group }) => group !== 'hosted')
  return [...new Set(own.flatMap(({ runner, label }) => keyOf(keys, runner, label) ?? []))]
}
