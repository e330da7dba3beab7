import type { Fleet, Runner } from '../model/runner.ts'
import { checkConstraints, type Fit, type InputFacts } from './constraints.ts'
import type { Constraints, Route } from './policy.ts'

/** One machine that one label of the chain may mean. */
export interface Option {
  /** As written in the policy. */
  readonly label: string
  readonly step: 'prefer' | 'fallback'
  readonly runner: Runner | null
  readonly fit: Fit
  /** The label that reaches this machine; differs from `label` where that is a runner's name or reaches misfits too. */
  readonly address: string
}

/** Every machine every label of a route may mean, in the order of the policy. fleet null: it could not be read. */
export function listOptions(route: Route, inputs: InputFacts, fleet: Fleet | null): readonly Option[] {
  const chain = [
    ...route.prefer.map(label => ({ label, step: 'prefer' as const })),
    ...route.fallback.map(label => ({ label, step: 'fallback' as const })),
  ]
  const options = chain.flatMap(({ label, step }) =>
    optionsOfLabel(label, route.constraints, inputs, fleet).map(option => ({ ...option, step })),
  )
  return options.filter((option, index) => options.findIndex(other => isSame(option, other)) === index)
}

/** The machines that bear a label or are named by it. At least one option: with no runner, where none is known. */
export function optionsOfLabel(
  label: string,
  constraints: Constraints,
  inputs: InputFacts,
  fleet: Fleet | null,
): readonly Omit<Option, 'step'>[] {
  const check = (runner: Runner | null): Fit =>
    checkConstraints(constraints, inputs, runner, fleet?.facts ?? new Map())
  const bearers = (fleet?.runners ?? []).filter(runner => bears(runner, label) || isNamed(runner, label))
  if (!fleet || bearers.length === 0) return [{ label, runner: null, fit: check(null), address: label }]
  const misfits = bearers.some(runner => bears(runner, label) && check(runner).kind === 'broken')
  return bearers.map(runner => {
    const own = ownLabel(runner, fleet)
    if (bears(runner, label)) {
      // A shared label would let the broker hand the job to a machine that does not fit.
      return { label, runner, fit: check(runner), address: misfits ? (own ?? label) : label }
    }
    const fit: Fit =
      own === null ? { kind: 'broken', reason: 'no label of its own to reach it by' } : check(runner)
    return { label, runner, fit, address: own ?? label }
  })
}

/** A label that no other runner bears, or null. */
function ownLabel(runner: Runner, fleet: Fleet): string | null {
  const others = fleet.runners.filter(other => other.id !== runner.id)
  const own = runner.labels.filter(label => !others.some(other => bears(other, label)))
  const named = own.find(label => label.toLowerCase() === runner.name.toLowerCase())
  return named ?? own.find(label => label.toLowerCase() !== 'self-hosted') ?? null
}

function bears(runner: Runner, label: string): boolean {
  return runner.labels.some(own => own.toLowerCase() === label.toLowerCase())
}

function isNamed(runner: Runner, name: string): boolean {
  return runner.name.toLowerCase() === name.toLowerCase()
}

function isSame(a: Option, b: Option): boolean {
  return a.runner
    ? a.runner.id === b.runner?.id
    : !b.runner && a.label.toLowerCase() === b.label.toLowerCase()
}
