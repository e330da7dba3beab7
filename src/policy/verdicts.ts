import { isOnline, type Option } from './candidates.ts'
import type { Candidate, DecisionOutcome } from './decision.ts'
import type { Preference } from './order.ts'
import { availability, comparison, finish, nameOf, setback } from './words.ts'

/** What became of one option. chosen null: no machine was. */
export function candidateOf(
  option: Option,
  chosen: Option | null,
  outcome: DecisionOutcome,
  preference: Preference,
): Candidate {
  const { label, runner, fit, step, estimate } = option
  const { fleet } = preference.request
  const state = [availability(option, fleet), ...finish(option)]
  const base = { label, runner: runner?.name ?? null, step, eta: estimate.eta }
  const remarks = fit.kind === 'broken' ? [fit.reason] : fit.remarks
  const loss = setback(option, preference)
  const losses = loss === null ? [] : [loss]
  if (option === chosen) {
    const waits = outcome === 'waiting' ? ['the job waits for it'] : []
    return { ...base, verdict: 'chosen', reasons: [...state, ...waits, ...losses, ...remarks] }
  }
  if (fit.kind === 'broken') return { ...base, verdict: 'rejected', reasons: remarks }
  if ((fleet && !isOnline(option)) || loss !== null) {
    return { ...base, verdict: 'rejected', reasons: [...state, ...losses, ...remarks] }
  }
  const compared = chosen ? [comparison(option, chosen, preference)] : []
  return { ...base, verdict: 'accepted', reasons: [...state, ...compared, ...remarks] }
}

/** Why the chosen machine, in one sentence. */
export function summarise(
  chosen: Option,
  outcome: DecisionOutcome,
  options: readonly Option[],
  preference: Preference,
): string {
  const { fleet } = preference.request
  const name = nameOf(chosen)
  const state = [availability(chosen, fleet), ...finish(chosen)].join(', ')
  if (outcome === 'preferred') return `${name} is preferred (${state}).`
  if (outcome === 'waiting') return `Waiting for ${name} (${state}): no fitting runner is online.`
  const before = options
    .filter(option => option !== chosen && (option.group === 'prefer' || chosen.group === 'hosted'))
    .map(option => `${nameOf(option)}: ${whyNot(option, preference)}`)
    .join('; ')
  const who = chosen.group === 'hosted' ? 'no machine of your own can' : 'no preferred runner can'
  return `${name} is the fallback (${state}), since ${who} (${before}).`
}

function whyNot(option: Option, preference: Preference): string {
  if (option.fit.kind === 'broken') return option.fit.reason
  const loss = isOnline(option) ? setback(option, preference) : null
  return loss ?? availability(option, preference.request.fleet)
}
