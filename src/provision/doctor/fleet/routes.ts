import type { Millis } from '../../../base/clock.ts'
import { nearestName } from '../../../base/nearest.ts'
import type { Fleet, Runner } from '../../../model/runner.ts'
import { isOnline, listOptions, type Option } from '../../../policy/candidates.ts'
import { bears } from '../../../policy/capabilities.ts'
import type { Policy, Route } from '../../../policy/policy.ts'
import { type Finding, ok, problem, warning } from '../finding.ts'
import type { FleetMends } from './fleet-mends.ts'

const name = 'runners'

export interface FleetFacts {
  readonly policy: Policy
  readonly fleet: Fleet
  /** Whether the broker lends machines of its own. */
  readonly offersHosted: boolean
  readonly now: Millis
  readonly mends: FleetMends
}

/** Whether every route of the policy has a machine that is there and fits. Labels that no route uses are well. Pure. */
export function judgeRoutes(facts: FleetFacts): readonly Finding[] {
  const { policy, fleet, mends } = facts
  const { runners } = fleet
  if (runners.length === 0) {
    return [
      problem(name, 'no runner is registered', {
        why: 'every job waits, and GitHub drops what waits for a day',
        mend: mends.label(firstLabel(policy)),
      }),
    ]
  }
  const served = [...policy.routes].map(([kind, route]) => ({ kind, route, ...service(kind, route, facts) }))
  const findings = served.flatMap(one => [...judgeLabels(one, facts), ...judgeFits(one, facts)])
  const offline = runners
    .filter(({ status }) => status === 'offline')
    .map(runner => judgeOffline(runner, served, facts))
  const all = [...findings, ...offline]
  return all.length > 0 ? all : [ok(name, inShort(runners, served))]
}

interface Service {
  readonly kind: string
  readonly route: Route
  readonly options: readonly Option[]
  /** Who would take a job now; empty: nobody. */
  readonly takers: readonly string[]
}

function service(kind: string, route: Route, { policy, fleet, offersHosted, now }: FleetFacts) {
  const options = listOptions(policy, route, { kind, inputs: { sizeBytes: null }, fleet, offersHosted, now })
  const takers = options
    .filter(option => option.fit.kind === 'met' && isOnline(option))
    .map(({ runner, label }) => runner?.name ?? label)
  return { options, takers }
}

function judgeLabels({ kind, route, takers }: Service, { policy, fleet, mends }: FleetFacts): Finding[] {
  const labels = [...route.prefer, ...route.fallback].map(choice => choice.label)
  const known = fleet.runners.flatMap(runner => [runner.name, ...runner.labels])
  return [...new Set(labels)]
    .filter(label => !fleet.runners.some(runner => answersTo(runner, label)))
    .map(label => {
      const nearest = nearestName(label, known)
      const hint = nearest === null ? '' : `; the nearest there is: ${JSON.stringify(nearest)}`
      return judge(takers)(name, `no runner has the label ${JSON.stringify(label)}${hint}`, {
        why: consequence(kind, takers),
        mend: mends.label(label),
        where: `route ${kind} in ${policy.path}`,
      })
    })
}

function judgeFits({ kind, options, takers }: Service, { policy, mends }: FleetFacts): Finding[] {
  return options.flatMap(({ runner, fit }) => {
    if (!runner || fit.kind === 'met') return []
    return judge(takers)(name, `${runner.name} may not take ${kind} jobs: ${fit.reason}`, {
      why: consequence(kind, takers),
      mend: fit.reason.includes('needs ffmpeg') ? mends.ffmpeg(runner.name) : null,
      where: `route ${kind} in ${policy.path}`,
    })
  })
}

function judgeOffline(runner: Runner, served: readonly Service[], { fleet, mends }: FleetFacts): Finding {
  const bereft = served.find(
    ({ options, takers }) => takers.length === 0 && options.some(option => option.runner?.id === runner.id),
  )
  const heard = fleet.facts.get(runner.name)?.reportedAt
  const since =
    heard === undefined ? '' : ` (its last result is of ${heard.slice(0, 16).replace('T', ' ')} UTC)`
  return (bereft ? problem : warning)(name, `${runner.name} is offline${since}`, {
    why: bereft
      ? consequence(bereft.kind, [])
      : 'it takes no jobs, and GitHub removes a runner that is away for 14 days',
    mend: mends.offline(runner),
    where: runner.name,
  })
}

/** Whether anybody takes the jobs of a route makes the difference between a problem and a warning. */
function judge(takers: readonly string[]): typeof problem {
  return takers.length === 0 ? problem : warning
}

function consequence(kind: string, takers: readonly string[]): string {
  if (takers.length === 0) return `no machine can take ${kind} jobs now: they wait`
  return `${kind} jobs go to ${takers.join(', ')} meanwhile`
}

function answersTo(runner: Runner, label: string): boolean {
  return bears(runner, label) || runner.name.toLowerCase() === label.toLowerCase()
}

function firstLabel({ routes }: Policy): string {
  return routes.values().next().value?.prefer[0]?.label ?? 'macmini'
}

function inShort(runners: readonly Runner[], served: readonly Service[]): string {
  const routes = served.map(({ kind, takers }) => `${kind} → ${takers.join(', ')}`)
  return [`${runners.map(runner => runner.name).join(', ')} online`, ...routes].join('; ')
}
