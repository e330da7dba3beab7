import {
  countSteps,
  isOnline,
  isReachable,
  listOptions,
  listPinned,
  type Option,
  takersOf,
} from './candidates.ts'
import type { Decision, DecisionOutcome } from './decision.ts'
import { findHold, type Hold, holdInWords } from './hold.ts'
import { keyOf } from './keys.ts'
import { compareOptions, type Preference, preferenceOf } from './order.ts'
import { noConstraints, type Policy, type Route } from './policy.ts'
import type { RoutingRequest } from './request.ts'
import { candidateOf, summarise } from './verdicts.ts'
import { availability, nameOf } from './words.ts'

export type { RoutingRequest } from './request.ts'

/** GitHub ends a job on its own machines after six hours. */
const longestHostedMinutes = 360

/**
 * Where a job goes, by the order of `compareOptions` among the machines that fit and are online; with none online the
 * job waits for the first that fits. Pure: the same request gives the same decision.
 */
export function evaluatePolicy(policy: Policy, request: RoutingRequest): Decision {
  const route = policy.routes.get(request.kind) ?? null
  const hold = route && findHold(route, request)
  if (request.pin) return evaluatePin(request.pin, policy, route, hold, request)
  if (route) return evaluateRoute(policy, route, hold, request)
  const summary = `The policy has no route for ${request.kind}: the workflow's own labels apply.`
  return { ...undecided(null), outcome: 'no_route', summary }
}

function evaluateRoute(policy: Policy, route: Route, hold: Hold | null, request: RoutingRequest): Decision {
  const options = listOptions(policy, route, request)
  const fitting = options.filter(option => option.fit.kind === 'met')
  const takers = takersOf(fitting)
  const usable = takers.filter(isOnline)
  const preference = preferenceOf(route, usable, request)
  const base = { ...undecided(route), maxSizeMb: route.constraints.maxSizeMb, steps: countSteps(route) }
  if (fitting.length === 0) return { ...base, ...rejectAll(options, preference) }
  if (hold) return { ...base, ...held(hold, options, preference) }
  const chosen = (request.fleet ? bestOf(usable, preference) : null) ?? firstToWaitFor(takers)
  const outcome = outcomeOf(chosen, request)
  return {
    ...base,
    ...addressed(chosen, base.timeoutMinutes, request),
    outcome,
    queueTimeoutSeconds: hasNext(chosen, fitting) ? chosen.queueTimeoutSeconds : null,
    candidates: options.map(option => candidateOf(option, chosen, outcome, preference)),
    summary: summarise(chosen, outcome, options, preference),
  }
}

function evaluatePin(
  pin: string,
  policy: Policy,
  route: Route | null,
  hold: Hold | null,
  request: RoutingRequest,
): Decision {
  const { fleet } = request
  const options = listPinned(policy, route?.constraints ?? noConstraints, request, pin)
  const order = { placement: 'spread' as const, preferredMayTakeSeconds: 0 }
  const preference = preferenceOf(route ?? order, options, request)
  const reachable = options.filter(isReachable)
  const able = takersOf(
    reachable.filter(({ runner, label }) => !request.keys || keyOf(request.keys, runner, label) !== null),
  )
  const chosen = bestOf(able.filter(isOnline), preference) ?? able[0] ?? reachable[0]
  const base = { ...undecided(route), steps: 1 }
  if (!chosen || (fleet && fleet.runners.length > 0 && !chosen.runner)) {
    const known = fleet?.runners.map(runner => runner.name).join(', ')
    const candidates = options.map(option => candidateOf(option, null, 'rejected', preference))
    const summary =
      reachable.length < options.length
        ? `${pin} has no label of its own to reach it by. Give it one, or pin a label that it bears.`
        : `No runner is named or labelled ${pin}; there are: ${known}.`
    return { ...base, candidates, summary }
  }
  if (hold) return { ...base, ...held(hold, options, preference) }
  const reservation = chosen.fit.kind === 'broken' ? `, though ${chosen.fit.reason}` : ''
  return {
    ...base,
    ...addressed(chosen, base.timeoutMinutes, request),
    outcome: 'pinned',
    candidates: options.map(option => candidateOf(option, chosen, 'pinned', preference)),
    summary: `Pinned to ${nameOf(chosen)} (${availability(chosen, fleet)})${reservation}.`,
  }
}

function bestOf(options: readonly Option[], preference: Preference): Option | null {
  return options.toSorted(compareOptions(preference))[0] ?? null
}

/** No machine is online, or nobody knows: the first of the policy that is no last resort. */
function firstToWaitFor(fitting: readonly Option[]): Option {
  const resort = (option: Option) =>
    Number(option.avoided !== null) * 4 + Number(option.isExhausted) * 2 + Number(option.group === 'hosted')
  return fitting.reduce((best, option) => (resort(option) < resort(best) ? option : best))
}

/** Whether there is a later step to go to once this one was waited for. */
function hasNext(chosen: Option, fitting: readonly Option[]): boolean {
  return fitting.some(option => option.step > chosen.step && !option.isExhausted && option.avoided === null)
}

function outcomeOf(chosen: Option, { fleet }: RoutingRequest): DecisionOutcome {
  if (fleet && !isOnline(chosen)) return 'waiting'
  return chosen.group === 'prefer' ? 'preferred' : 'fallback'
}

/** What a decision says before a machine is chosen: it is rejected until it is not. */
function undecided(route: Route | null): Decision {
  return {
    ...{ label: null, runsOn: [], hosted: false, maxSizeMb: null },
    ...{ timeoutMinutes: route?.timeoutMinutes ?? null, verify: route?.verify ?? 'warn' },
    ...{ outcome: 'rejected', step: null, steps: 0, queueTimeoutSeconds: null },
    ...{ notBefore: null, expectedFinish: null, candidates: [], summary: '' },
  }
}

function addressed(
  chosen: Option,
  timeoutMinutes: number | null,
  { now }: RoutingRequest,
): Pick<Decision, 'label' | 'runsOn' | 'hosted' | 'step' | 'expectedFinish' | 'timeoutMinutes'> {
  const hosted = chosen.group === 'hosted'
  const { eta } = chosen.estimate
  return {
    label: chosen.address,
    runsOn: hosted ? [chosen.address] : ['self-hosted', chosen.address],
    hosted,
    step: chosen.step,
    expectedFinish: eta === null || now === undefined ? null : new Date(now + eta * 1_000).toISOString(),
    timeoutMinutes: hosted
      ? Math.min(timeoutMinutes ?? longestHostedMinutes, longestHostedMinutes)
      : timeoutMinutes,
  }
}

type Ending = Pick<Decision, 'outcome' | 'candidates' | 'summary'>

function rejectAll(options: readonly Option[], preference: Preference): Ending {
  const candidates = options.map(option => candidateOf(option, null, 'rejected', preference))
  const reasons = options.map(option => (option.fit.kind === 'broken' ? option.fit.reason : ''))
  const each = options.map((option, index) => `${nameOf(option)}: ${reasons[index]}`)
  const why = new Set(reasons).size === 1 ? reasons[0] : each.join('; ')
  const summary = `No machine may take this ${preference.request.kind} job: ${why}.`
  return { outcome: 'rejected', candidates, summary }
}

function held(
  hold: Hold,
  options: readonly Option[],
  preference: Preference,
): Ending & Pick<Decision, 'notBefore'> {
  const candidates = options.map(option => {
    const candidate = candidateOf(option, null, 'held', preference)
    if (option.fit.kind === 'broken') return candidate
    return { ...candidate, verdict: 'rejected' as const, reasons: [...candidate.reasons, hold.reason] }
  })
  return { outcome: 'held', notBefore: hold.notBefore, candidates, summary: holdInWords(hold) }
}
