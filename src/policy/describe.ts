import { formatDuration } from '../base/duration.ts'
import { formatTimeOfDay } from './hours.ts'
import type { Capabilities, Constraints, LabelChoice, Policy, RetryRule, Route } from './policy.ts'

/** What a policy does, in lines for people. */
export function describePolicy(policy: Policy): readonly string[] {
  const routes = [...policy.routes].flatMap(([kind, route]) => [
    `${kind}:`,
    ...indented(describeRoute(route)),
  ])
  const machines = [...policy.capabilities].map(([name, machine]) => describeMachine(name, machine))
  if (routes.length === 0) routes.push('No kind of job has a route: the labels of the workflows apply.')
  if (machines.length === 0) return routes
  return [...routes, 'Of machines that do not report it themselves:', ...indented(machines)]
}

/** Where a route sends its jobs, in one line: `macmini, then rpi4`. */
export function describeChain({ prefer, fallback, hosted }: Route): string {
  const steps = [prefer.map(({ label }) => label).join(' or '), ...fallback.map(({ label }) => label)]
  return [...steps, ...(hosted === 'last' ? ['a GitHub-hosted machine'] : [])].join(', then ')
}

/** The chain, one step a line, then everything the route asks for. */
export function describeRoute(route: Route): readonly string[] {
  const steps = [route.prefer, ...route.fallback.map(choice => [choice])]
  const chain = steps.map((choices, index) => {
    const isLast = index === steps.length - 1 && route.hosted === 'never'
    return `${index + 1}. ${choices.map(choice => describeChoice(choice, route, isLast)).join(', or ')}`
  })
  if (route.hosted === 'last') chain.push(`${steps.length + 1}. ${describeHosted(route)}`)
  return [
    ...chain,
    ...describeNeeds(route.constraints),
    ...describeTimes(route),
    describePlacement(route),
    describeRetry(route.retry),
    {
      fail: 'doubt about a result fails the job',
      warn: 'doubt about a result is a warning',
      off: 'results are not checked',
    }[route.verify],
  ]
}

function describeChoice(choice: LabelChoice, route: Route, isLast: boolean): string {
  const timeout = choice.queueTimeoutSeconds ?? route.queueTimeoutSeconds
  const wait = isLast
    ? 'for as long as it takes'
    : timeout === null
      ? 'without a limit while it is online'
      : `for ${formatDuration(timeout)} at most`
  const weight = choice.weight === 1 ? '' : `, weight ${choice.weight}`
  return `waits for ${choice.label} ${wait}${weight}`
}

function describeHosted({ hostedMinutesPerMonth: most }: Route): string {
  const limit = most === null ? '' : `, ${most} minutes a month at most`
  return `goes to a GitHub-hosted machine${limit}`
}

function describeNeeds(constraints: Constraints): readonly string[] {
  const { needsFfmpeg, maxSizeMb, minMemoryGb, maxConcurrent, arch, tools } = constraints
  const needs = [
    ...(needsFfmpeg ? ['ffmpeg'] : []),
    ...(minMemoryGb === null ? [] : [`${minMemoryGb} GB of memory`]),
    ...(arch.length === 0 ? [] : [arch.join(' or ')]),
    ...tools,
  ]
  return [
    ...(needs.length === 0 ? [] : [`the machine needs ${needs.join(', ')}`]),
    ...(maxSizeMb === null ? [] : [`the input has ${maxSizeMb} MB at most`]),
    ...(maxConcurrent === null ? [] : [`${maxConcurrent} run at once at most`]),
  ]
}

function describeTimes({ hours, timeoutMinutes }: Route): readonly string[] {
  const clock = hours && `${formatTimeOfDay(hours.from)} to ${formatTimeOfDay(hours.to)}`
  return [
    ...(hours ? [`starts only from ${clock} (${hours.timeZone})`] : []),
    ...(timeoutMinutes === null ? [] : [`is ended after ${formatDuration(timeoutMinutes * 60)} of work`]),
  ]
}

function describePlacement({ placement, preferredMayTakeSeconds }: Route): string {
  const rule = `a step counts while its machine is done within ${formatDuration(preferredMayTakeSeconds)} of the earliest`
  return placement === 'spread'
    ? `${rule}; within a step, the first to be done takes it`
    : `${rule}; within a step, the one with the most jobs takes it`
}

function describeRetry({ attempts, on, backoffSeconds, maxBackoffSeconds }: RetryRule): string {
  if (attempts === 1 || on.length === 0) return 'is not tried again'
  const pause = `${formatDuration(backoffSeconds)}, doubling up to ${formatDuration(maxBackoffSeconds)}`
  return `is tried ${attempts} times at most, on ${on.join(', ')}; after ${pause}`
}

function describeMachine(name: string, machine: Capabilities): string {
  const { memoryGb, cores, ffmpeg, arch, tools, speed } = machine
  const facts = [
    ...(memoryGb === null ? [] : [`${memoryGb} GB of memory`]),
    ...(cores === null ? [] : [`${cores} cores`]),
    ...(arch === null ? [] : [arch]),
    ...(ffmpeg === null ? [] : [ffmpeg ? 'ffmpeg' : 'no ffmpeg']),
    ...(tools ?? []),
    ...[...speed].map(([kind, seconds]) => `${kind}: ${seconds} s of work per second of media`),
  ]
  return `${name}: ${facts.join(', ') || 'nothing is said'}`
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map(line => `  ${line}`)
}
