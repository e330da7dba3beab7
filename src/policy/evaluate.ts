import type { Fleet } from '../model/runner.ts'
import { listOptions, type Option, optionsOfLabel } from './candidates.ts'
import type { InputFacts } from './constraints.ts'
import type { Candidate, Decision, DecisionOutcome } from './decision.ts'
import type { Policy, Route } from './policy.ts'

export interface RoutingRequest {
  readonly kind: string
  readonly inputs: InputFacts
  /** null: the broker would not say which runners there are. */
  readonly fleet: Fleet | null
  /** A label or runner the user insists on. */
  readonly pin?: string | null
}

const noConstraints = { needsFfmpeg: false, maxSizeMb: null }

/**
 * Where a job goes. The first step of the chain with a fitting runner online wins, and within that step an idle runner
 * before a busy one; with none online the job waits for the first that fits. Pure.
 */
export function evaluatePolicy(policy: Policy, request: RoutingRequest): Decision {
  const { kind, pin } = request
  const route = policy.routes.get(kind) ?? null
  if (pin) return evaluatePin(pin, request, policy)
  if (!route) {
    const summary = `The policy has no route for ${kind}: the workflow's own labels apply.`
    return decision(null, 'no_route', [], summary)
  }
  return { ...evaluateRoute(route, request), maxSizeMb: route.constraints.maxSizeMb }
}

function evaluateRoute(route: Route, { kind, inputs, fleet }: RoutingRequest): Decision {
  const options = listOptions(route, inputs, fleet)
  const fitting = options.filter(option => option.fit.kind === 'met')
  const [first] = fitting
  if (!first) return rejectAll(kind, options, fleet)
  const chosen = pickOnline(fitting) ?? first
  const outcome = outcomeOf(chosen, fleet)
  const candidates = options.map(option => candidateOf(option, chosen, outcome, fleet))
  return decision(chosen, outcome, candidates, summarise(chosen, outcome, options, fleet))
}

function evaluatePin(pin: string, { kind, inputs, fleet }: RoutingRequest, policy: Policy): Decision {
  const constraints = policy.routes.get(kind)?.constraints ?? noConstraints
  const options = optionsOfLabel(pin, constraints, inputs, fleet).map(option => ({
    ...option,
    step: 'prefer' as const,
  }))
  const chosen = pickOnline(options) ?? options[0]
  if (!chosen || (fleet && fleet.runners.length > 0 && !chosen.runner)) {
    const known = fleet?.runners.map(runner => runner.name).join(', ')
    const candidates = options.map(option => candidateOf(option, null, 'rejected', fleet))
    return decision(
      null,
      'rejected',
      candidates,
      `No runner is named or labelled ${pin}; there are: ${known}.`,
    )
  }
  const candidates = options.map(option => candidateOf(option, chosen, 'pinned', fleet))
  const reservation = chosen.fit.kind === 'broken' ? `, though ${chosen.fit.reason}` : ''
  const summary = `Pinned to ${nameOf(chosen)} (${availability(chosen, fleet)})${reservation}.`
  return decision(chosen, 'pinned', candidates, summary)
}

function pickOnline(options: readonly Option[]): Option | null {
  const online = options.filter(option => option.runner?.status === 'online')
  const step = online.some(option => option.step === 'prefer') ? 'prefer' : 'fallback'
  const ofStep = online.filter(option => option.step === step)
  return ofStep.find(option => !option.runner?.busy) ?? ofStep[0] ?? null
}

function outcomeOf(chosen: Option, fleet: Fleet | null): DecisionOutcome {
  if (fleet && chosen.runner?.status !== 'online') return 'waiting'
  return chosen.step === 'prefer' ? 'preferred' : 'fallback'
}

function rejectAll(kind: string, options: readonly Option[], fleet: Fleet | null): Decision {
  const candidates = options.map(option => candidateOf(option, null, 'rejected', fleet))
  const reasons = new Set(options.map(option => (option.fit.kind === 'broken' ? option.fit.reason : '')))
  const why = reasons.size === 1 ? [...reasons].join('') : explainEach(options)
  return decision(null, 'rejected', candidates, `No machine may take this ${kind} job: ${why}.`)
}

function explainEach(options: readonly Option[]): string {
  return options
    .map(option => `${nameOf(option)}: ${option.fit.kind === 'broken' ? option.fit.reason : 'fits'}`)
    .join('; ')
}

function candidateOf(
  option: Option,
  chosen: Option | null,
  outcome: DecisionOutcome,
  fleet: Fleet | null,
): Candidate {
  const { label, runner, fit } = option
  const state = availability(option, fleet)
  const base = { label, runner: runner?.name ?? null }
  const fitReasons = fit.kind === 'broken' ? [fit.reason] : fit.remarks
  if (option === chosen) {
    const waits = outcome === 'waiting' ? ['the job waits for it'] : []
    return { ...base, verdict: 'chosen', reasons: [state, ...waits, ...fitReasons] }
  }
  if (fit.kind === 'broken') return { ...base, verdict: 'rejected', reasons: fitReasons }
  if (fleet && runner?.status !== 'online')
    return { ...base, verdict: 'rejected', reasons: [state, ...fitReasons] }
  const comparison = chosen ? [compare(option, chosen)] : []
  return { ...base, verdict: 'accepted', reasons: [state, ...comparison, ...fitReasons] }
}

function compare(option: Option, chosen: Option): string {
  if (option.step === chosen.step && option.runner?.busy && !chosen.runner?.busy)
    return `${nameOf(chosen)} is idle`
  return `${nameOf(chosen)} comes first in the policy`
}

function availability({ runner }: Option, fleet: Fleet | null): string {
  if (!fleet) return 'the runners could not be read'
  if (!runner) return 'no runner bears this label now'
  if (runner.status === 'offline') return 'offline'
  return runner.busy ? 'online, busy' : 'online, idle'
}

function summarise(
  chosen: Option,
  outcome: DecisionOutcome,
  options: readonly Option[],
  fleet: Fleet | null,
): string {
  const name = nameOf(chosen)
  const state = availability(chosen, fleet)
  if (outcome === 'preferred') return `${name} is preferred (${state}).`
  const before = options
    .filter(option => option.step === 'prefer' && option !== chosen)
    .map(
      option =>
        `${nameOf(option)}: ${option.fit.kind === 'broken' ? option.fit.reason : availability(option, fleet)}`,
    )
    .join('; ')
  if (outcome === 'fallback')
    return `${name} is the fallback (${state}), since no preferred runner can (${before}).`
  return `Waiting for ${name} (${state}): no fitting runner is online.`
}

function nameOf({ label, runner }: Option): string {
  return runner?.name ?? label
}

function decision(
  chosen: Option | null,
  outcome: DecisionOutcome,
  candidates: readonly Candidate[],
  summary: string,
): Decision {
  const label = chosen?.address ?? null
  const runsOn = label === null ? [] : ['self-hosted', label]
  return { label, runsOn, maxSizeMb: null, outcome, candidates, summary }
}
