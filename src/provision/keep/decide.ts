import type { Millis } from '../../base/clock.ts'
import type { Finding } from '../doctor/finding.ts'
import type { Action } from './action.ts'
import { decideDisk } from './decide-disk.ts'
import { decideListener } from './decide-listener.ts'
import { decideRegistration } from './decide-registration.ts'
import { decideVersion } from './decide-version.ts'
import type { KeepFacts, RunnerFacts } from './facts.ts'
import { type Memory, noMemory, type RunnerMemory } from './memory.ts'
import { say } from './sayings.ts'

/** What one round does, what it cannot do, and what it remembers. */
export interface Decision {
  readonly actions: readonly Action[]
  readonly findings: readonly Finding[]
  readonly memory: Memory
}

/** One part of a decision on one runner. `memory`: what it changes of it. */
export interface Verdict {
  readonly actions?: readonly Action[]
  readonly findings?: readonly Finding[]
  readonly memory?: Partial<RunnerMemory>
}

/**
 * What keeps the runners of this machine at work. At most one thing is done to a runner in a round, besides wiping: the
 * next round sees what came of it. Pure.
 */
export function decide(facts: KeepFacts, before: Memory, now: Millis): Decision {
  const disk = decideDisk(facts)
  const judged = facts.runners.map(runner => {
    const memory = before[runner.runner.name] ?? noMemory
    return { name: runner.runner.name, memory, verdict: decideRunner(runner, memory, disk.isFull, now) }
  })
  return {
    actions: [...disk.actions, ...judged.flatMap(({ verdict }) => verdict.actions ?? [])],
    findings: [...disk.findings, ...judged.flatMap(({ verdict }) => verdict.findings ?? [])],
    memory: Object.fromEntries(
      judged.map(({ name, memory, verdict }) => [name, { ...memory, ...verdict.memory }]),
    ),
  }
}

/** The first rule that has something to do says what is done; those after it wait for the next round. */
function decideRunner(facts: RunnerFacts, memory: RunnerMemory, isDiskFull: boolean, now: Millis): Verdict {
  const { runner, broker } = facts
  if (!runner.isComplete) return { findings: [say.unfinished(runner)] }
  if (facts.drainedBy !== null || isDiskFull) return decideDrained(facts, isDiskFull)
  const verdicts = [
    decideVersion(facts, memory, now),
    decideRegistration(facts, memory, now),
    decideListener(facts, memory, now),
  ]
  const unknown = broker.kind === 'unknown' ? [say.unknownBroker(runner, broker.because)] : []
  return firstThatActs(verdicts, unknown)
}

/** Drained by a person, it is left alone but for what still runs. By a full disk, it comes back with the room. */
function decideDrained({ runner, drainedBy, service, isWorking }: RunnerFacts, isDiskFull: boolean): Verdict {
  const { name } = runner
  if (drainedBy === null) return { actions: [{ kind: 'drain', runner: name, why: 'the disk is full' }] }
  if (drainedBy === 'keep' && !isDiskFull) {
    return { actions: [{ kind: 'resume', runner: name, why: 'the disk has room again' }] }
  }
  if (service !== 'running' || isWorking) return {}
  return { actions: [{ kind: 'stop', runner: name, why: 'it is drained, and its job has ended' }] }
}

function firstThatActs(verdicts: readonly Verdict[], findings: readonly Finding[]): Verdict {
  const acting = verdicts.find(({ actions = [] }) => actions.length > 0)
  return {
    actions: acting?.actions ?? [],
    findings: [...findings, ...verdicts.flatMap(({ findings = [] }) => findings)],
    // What a rule wants to remember of what it would do holds only where it does it.
    memory: Object.assign(
      {},
      ...verdicts.filter(({ actions = [] }) => actions.length === 0).map(({ memory }) => memory),
      acting?.memory,
    ),
  }
}
