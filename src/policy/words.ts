import { formatDuration, roughDuration } from '../base/duration.ts'
import type { Fleet } from '../model/runner.ts'
import type { Option } from './candidates.ts'
import { comparableSeconds } from './estimate.ts'
import { biased, isLate, type Preference, packed } from './order.ts'

export function nameOf({ label, runner, group }: Option): string {
  return group === 'hosted' ? `GitHub-hosted ${label}` : (runner?.name ?? label)
}

/** Whether the machine is there, and what it has to do. */
export function availability({ runner, group, estimate }: Option, fleet: Fleet | null): string {
  if (group === 'hosted') return 'started when it is asked for'
  if (!fleet) return 'the runners could not be read'
  if (!runner) return 'no runner bears this label now'
  if (runner.status === 'offline') return 'offline'
  const { jobs, aheadSeconds } = estimate
  if (aheadSeconds !== null && jobs > 0) {
    const count = jobs === 1 ? '1 job' : `${jobs} jobs`
    return `online, busy with ${count} and ${roughDuration(aheadSeconds)} of work`
  }
  return runner.busy || jobs > 0 ? 'online, busy' : 'online, idle'
}

/** When it would be done; nothing where that is unknown. */
export function finish({ estimate }: Option): readonly string[] {
  if (estimate.eta === null) return []
  const guess = estimate.isGuess ? ' (a guess: its speed is not measured)' : ''
  return [`done in ${roughDuration(estimate.eta)}${guess}`]
}

/** Why a machine that could take the job does not count any more; null: it does. */
export function setback(option: Option, preference: Preference): string | null {
  if (option.avoided !== null) return option.avoided
  if (option.isExhausted) {
    const timeout = option.queueTimeoutSeconds
    return `its queue_timeout${timeout === null ? '' : ` (${formatDuration(timeout)})`} is over`
  }
  if (!isLate(option, preference)) return null
  const { earliest, mayTakeSeconds, request } = preference
  const later = (comparableSeconds(option.estimate, request) ?? 0) - (earliest ?? 0)
  const rule = `more than preferred_may_take (${formatDuration(mayTakeSeconds)})`
  return `${roughDuration(later)} later than the earliest, ${rule}`
}

/** Why an option that would do as well was not needed. */
export function comparison(option: Option, chosen: Option, preference: Preference): string {
  const name = nameOf(chosen)
  if (option.group === chosen.group && option.runner?.busy && chosen.runner && !chosen.runner.busy) {
    return `${name} is idle`
  }
  if (option.step !== chosen.step) return `${name} comes first in the policy`
  if (packed(chosen, preference) > packed(option, preference)) {
    return `${name} has work already, and the placement is pack`
  }
  const { request } = preference
  if (biased(chosen, request) < biased(option, request)) {
    return chosen.weight > option.weight ? `${name} has more weight` : `${name} is done sooner`
  }
  return chosen.weight > option.weight ? `${name} has more weight` : `${name} comes first in the policy`
}
