import { setTimeout as sleep } from 'node:timers/promises'
import type { KeptProcess } from '../../src/cli/fleet/kept-process.ts'
import { childrenOf } from '../support/fleet.ts'
import { randomFrom } from '../support/random.ts'
import { kill, type SupervisedFleet } from '../support/supervised-fleet.ts'

export interface KillerOptions {
  readonly seed: number
  /** From one kill to the next, in ms. */
  readonly everyMs: number
  /** A process that is kept is left alone for so long: its keeper waits longer, and in the end gives up, with each quick end. */
  readonly restMs: number
  /** Kills in all. */
  readonly most: number
}

/** Longer than a supervisor's lease: the other has taken over when it goes on where it was. */
const pauseMs = 18_000

/**
 * Kills hub, listeners, workers and supervisors with SIGKILL, drawn from the seed, until it is stopped or has had its
 * fill; whoever keeps them starts them again. Now and then a supervisor is put to sleep instead, as a laptop is. Gives
 * how often each met its fate.
 */
export async function killAtRandom(
  fleet: SupervisedFleet,
  supervisors: ReadonlyMap<string, KeptProcess>,
  options: KillerOptions,
  stop: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const random = randomFrom(options.seed)
  const killed = new Map<string, number>()
  const restUntil = new Map<string, number>()
  for (let kills = 0; kills < options.most; ) {
    await sleep(options.everyMs * (0.5 + random()), undefined, { signal: stop }).catch(() => {})
    if (stop.aborted) break
    const rested = victimsOf(fleet, supervisors).filter(
      ({ name }) => (restUntil.get(name) ?? 0) <= Date.now(),
    )
    const victim = rested[Math.floor(random() * rested.length)]
    const sleeps = victim?.name.startsWith('supervisor') && random() < 0.3
    if (!victim || !(sleeps ? pause(victim.pid, stop) : kill(victim.pid))) continue
    kills += 1
    const fate = sleeps ? `${victim.name}, put to sleep` : victim.name
    killed.set(fate, (killed.get(fate) ?? 0) + 1)
    if (victim.isKept) restUntil.set(victim.name, Date.now() + options.restMs)
  }
  return killed
}

/** False: it has ended. Whoever is asleep when all is over is woken, so that it can be told to end. */
function pause(pid: number, stop: AbortSignal): boolean {
  if (!kill(pid, 'SIGSTOP')) return false
  void sleep(pauseMs, undefined, { signal: stop })
    .catch(() => {})
    .then(() => kill(pid, 'SIGCONT'))
  return true
}

interface Victim {
  readonly name: string
  readonly pid: number
  /** false: a worker, which is started for each job anew. */
  readonly isKept: boolean
}

/** As they are now, in an order that does not depend on who was started when. */
function victimsOf(
  { hub }: SupervisedFleet,
  supervisors: ReadonlyMap<string, KeptProcess>,
): readonly Victim[] {
  const fleet = [...hub.fleet.processes].flatMap(([name, { pid }]) => [
    { name: name === 'hub' ? name : `listener of ${name}`, pid, isKept: true },
    ...(name === 'hub'
      ? []
      : childrenOf(pid).map(child => ({ name: 'a worker', pid: child, isKept: false }))),
  ])
  const supervising = [...supervisors].flatMap(([name, { identity }]) =>
    identity ? [{ name: `supervisor ${name}`, pid: identity.pid, isKept: true }] : [],
  )
  return [...fleet, ...supervising].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
