import type { Option } from './candidates.ts'
import { comparableSeconds } from './estimate.ts'
import type { Placement, Route } from './policy.ts'
import type { RoutingRequest } from './request.ts'

/** What the order of two machines depends on beside themselves. */
export interface Preference {
  readonly placement: Placement
  readonly mayTakeSeconds: number
  /** When the earliest machine would be done, from now; null: unknown. */
  readonly earliest: number | null
  readonly request: RoutingRequest
}

/** `usable`: machines that could take the job now. Those that are a last resort set no pace. */
export function preferenceOf(
  route: Pick<Route, 'placement' | 'preferredMayTakeSeconds'>,
  usable: readonly Option[],
  request: RoutingRequest,
): Preference {
  const times = usable
    .filter(option => option.avoided === null && !option.isExhausted && option.group !== 'hosted')
    .flatMap(option => comparableSeconds(option.estimate, request) ?? [])
  return {
    placement: route.placement,
    mayTakeSeconds: route.preferredMayTakeSeconds,
    earliest: times.length === 0 ? null : Math.min(...times),
    request,
  }
}

/** It would be done so much later than the earliest that its place in the policy does not count. */
export function isLate(option: Option, { earliest, mayTakeSeconds, request }: Preference): boolean {
  const seconds = comparableSeconds(option.estimate, request)
  return seconds !== null && earliest !== null && seconds > earliest + mayTakeSeconds
}

/**
 * The documented order of machines that could take the job now. Those that lost it before come last; before them steps
 * that were waited for long enough, then GitHub-hosted ones, then those that would be done too late. Among the rest the
 * policy's steps decide, except that a fallback whose queue nobody knows comes after those that are known; within a
 * step, the placement.
 */
export function compareOptions(preference: Preference): (a: Option, b: Option) => number {
  const { request } = preference
  const isUnknown = (option: Option) => comparableSeconds(option.estimate, request) === null
  const keys: readonly ((option: Option) => number)[] = [
    option => Number(option.avoided !== null),
    option => Number(option.isExhausted),
    option => Number(option.group === 'hosted'),
    option => Number(isLate(option, preference)),
    option => Number(option.group === 'fallback' && isUnknown(option)),
    option => option.step,
    option => Number(isUnknown(option)),
    option => -packed(option, preference),
    option => biased(option, request),
    option => (option.estimate.jobs + 1) / option.weight,
  ]
  return (a, b) => {
    for (const key of keys) {
      const difference = key(a) - key(b)
      if (difference !== 0) return difference
    }
    return 0
  }
}

/** How much work it has already, for `pack`; 0 for `spread`, and where its end is unknown: nobody waits blindly. */
export function packed(option: Option, { placement, request }: Preference): number {
  if (placement === 'spread' || comparableSeconds(option.estimate, request) === null) return 0
  return option.estimate.jobs * option.weight
}

/** Seconds until the end (or the begin), made shorter by the weight. */
export function biased({ estimate, weight }: Option, request: RoutingRequest): number {
  return (comparableSeconds(estimate, request) ?? 0) / weight
}
