import type { Fleet, Runner } from '../model/runner.ts'
import { bears, capabilitiesOf, hostedMachine, knowMachine, type Machine } from './capabilities.ts'
import { checkConstraints, type Fit } from './constraints.ts'
import { type Estimate, estimate, noEstimate } from './estimate.ts'
import { hostedFit } from './hosted.ts'
import { keyOf, readable } from './keys.ts'
import type { Constraints, LabelChoice, Policy, Route } from './policy.ts'
import type { RoutingRequest } from './request.ts'

/** One machine that one label of the chain may mean. */
export interface Option {
  /** As written in the policy. */
  readonly label: string
  /** Of the chain, from 0. */
  readonly step: number
  readonly group: 'prefer' | 'fallback' | 'hosted'
  readonly weight: number
  readonly queueTimeoutSeconds: number | null
  readonly runner: Runner | null
  readonly fit: Fit
  /** The label that reaches this machine; differs from `label` where that is a runner's name or reaches others too. */
  readonly address: string
  readonly estimate: Estimate
  /** Why it is only taken when nothing else can, as that it failed this job before. null: no reason. */
  readonly avoided: string | null
  /** It failed this job before for want of what it will want again. */
  readonly isLacking: boolean
  /** The job waited for this step as long as it may. */
  readonly isExhausted: boolean
}

/** What GitHub calls its own machines' newest Ubuntu. */
export const hostedLabel = 'ubuntu-latest'

export function countSteps(route: Route): number {
  return 1 + route.fallback.length + (route.hosted === 'last' ? 1 : 0)
}

/** Every machine every label of a route may mean, in the order of the policy; GitHub-hosted ones last. */
export function listOptions(policy: Policy, route: Route, request: RoutingRequest): readonly Option[] {
  const chain = [
    ...route.prefer.map(choice => ({ choice, step: 0, group: 'prefer' as const })),
    ...route.fallback.map((choice, index) => ({ choice, step: index + 1, group: 'fallback' as const })),
  ]
  const options = chain.flatMap(({ choice, step, group }) =>
    reach(policy, route.constraints, request, choice.label).map(reached => ({
      ...reached,
      ...{ step, group, weight: choice.weight },
      queueTimeoutSeconds: choice.queueTimeoutSeconds ?? route.queueTimeoutSeconds,
      isExhausted: request.exhausted?.has(step) ?? false,
    })),
  )
  const own = options.filter((option, index) => options.findIndex(other => isSame(option, other)) === index)
  return route.hosted === 'last' ? [...own, hostedOption(route, request)] : own
}

/** The machines a pin may mean, as the one step of its own chain. */
export function listPinned(
  policy: Policy,
  constraints: Constraints,
  request: RoutingRequest,
  pin: string,
): readonly Option[] {
  const neutral: Omit<LabelChoice, 'label'> = { queueTimeoutSeconds: null, weight: 1 }
  return reach(policy, constraints, request, pin).map(reached => {
    return { ...reached, ...neutral, step: 0, group: 'prefer' as const, isExhausted: false }
  })
}

/** Machines that may take the job, and of which nothing says that they lack what it needs. null: nobody knows of one. */
export function withoutLack(fitting: readonly Option[]): readonly Option[] | null {
  const able = fitting.filter(
    ({ isLacking, runner, group }) => !isLacking && (runner !== null || group === 'hosted'),
  )
  return able.length === 0 ? null : able
}

/** Those to choose from: where one lacked what the job needs, the others, if there are such. */
export function takersOf(fitting: readonly Option[]): readonly Option[] {
  return (fitting.some(({ isLacking }) => isLacking) && withoutLack(fitting)) || fitting
}

/** GitHub-hosted machines are there whenever they are asked for. */
export function isOnline(option: Option): boolean {
  return option.group === 'hosted' || option.runner?.status === 'online'
}

/** A broker hands jobs out by labels: what a runner does not bear, it would never be given. */
export function isReachable({ runner, address }: Option): boolean {
  return runner === null || bears(runner, address)
}

type Reached = Pick<Option, 'label' | 'runner' | 'fit' | 'address' | 'estimate' | 'avoided' | 'isLacking'>

/** The machines that bear a label or are named by it. At least one option: with no runner, where none is known. */
function reach(
  policy: Policy,
  constraints: Constraints,
  request: RoutingRequest,
  label: string,
): readonly Reached[] {
  const { fleet, inputs, keys, now } = request
  const know = (runner: Runner | null): Machine =>
    knowMachine(
      runner,
      (runner && fleet?.facts.get(runner.name)) ?? null,
      capabilitiesOf(policy.capabilities, runner, label),
      now,
    )
  const option = (runner: Runner | null): Reached => {
    const machine = know(runner)
    const constrained = checkConstraints(constraints, inputs, machine)
    const fit = keys ? readable(constrained, keyOf(keys, runner, label)) : constrained
    const avoided = (runner && request.avoid?.get(runner.name)) ?? null
    const isLacking = runner !== null && (request.lacking?.has(runner.name) ?? false)
    const need = runner ? estimate(machine, runner, request) : noEstimate
    return { label, runner, fit, avoided, isLacking, address: label, estimate: need }
  }
  const bearers = (fleet?.runners ?? []).filter(runner => bears(runner, label) || isNamed(runner, label))
  if (!fleet || bearers.length === 0) return [option(null)]
  const reached = bearers.map(option)
  return reached.map(one => addressed(one, reached, fleet, request))
}

/**
 * A shared label lets the broker hand the job to any of its bearers. Where one of them does not fit, lost this job
 * before, or is slower than the one that was chosen by time, the machine is reached by a label of its own.
 */
function addressed(
  option: Reached,
  reached: readonly Reached[],
  fleet: Fleet,
  request: RoutingRequest,
): Reached {
  const { runner, label } = option
  if (!runner) return option
  const own = ownLabel(runner, fleet)
  if (!bears(runner, label)) {
    if (own !== null) return { ...option, address: own }
    return { ...option, fit: { kind: 'broken', reason: 'no label of its own to reach it by' } }
  }
  const bearers = reached.filter(other => other.runner && bears(other.runner, label))
  const differ = bearers.some(other => other.fit.kind === 'broken' || other.avoided !== null)
  const isParticular = differ || (bearers.length > 1 && request.mediaSeconds != null)
  return isParticular ? { ...option, address: own ?? label } : option
}

function hostedOption(route: Route, request: RoutingRequest): Option {
  const hosted = estimate(hostedMachine, null, request)
  return {
    label: hostedLabel,
    step: countSteps(route) - 1,
    group: 'hosted',
    weight: 1,
    queueTimeoutSeconds: null,
    runner: null,
    fit: hostedFit(route, request, hosted.eta),
    address: hostedLabel,
    estimate: hosted,
    avoided: null,
    isLacking: request.lacking?.has(hostedLabel) ?? false,
    isExhausted: false,
  }
}

/** A label that no other runner bears, or null. */
function ownLabel(runner: Runner, fleet: Fleet): string | null {
  const others = fleet.runners.filter(other => other.id !== runner.id)
  const own = runner.labels.filter(label => !others.some(other => bears(other, label)))
  const named = own.find(label => isNamed(runner, label))
  return named ?? own.find(label => label.toLowerCase() !== 'self-hosted') ?? null
}

function isNamed(runner: Runner, name: string): boolean {
  return runner.name.toLowerCase() === name.toLowerCase()
}

function isSame(a: Option, b: Option): boolean {
  return a.runner
    ? a.runner.id === b.runner?.id
    : !b.runner && a.label.toLowerCase() === b.label.toLowerCase()
}
