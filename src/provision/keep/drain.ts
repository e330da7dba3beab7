import { setTimeout as pause } from 'node:timers/promises'
import { type Clock, isoSeconds } from '../../base/clock.ts'
import { type InstalledRunner, placesOf } from '../runner/inventory.ts'
import type { ServiceManager } from '../runner/service-manager.ts'
import { type Drained, markDrained, unmarkDrained } from './drained.ts'
import { findWorker, isAlive } from './worker-process.ts'

interface Draining {
  readonly root: string
  readonly runner: InstalledRunner
  readonly services: ServiceManager
  readonly env: NodeJS.ProcessEnv
}

interface DrainOptions extends Draining {
  readonly by: Drained['by']
  readonly clock: Clock
  /** Ends the waiting; the runner stays marked, and the next round of keeping stops it when its job is over. */
  readonly signal: AbortSignal
  /** Told once, where a job runs. */
  readonly onWaiting: () => void
  /** How often a running job is looked at, in ms. */
  readonly pollMs: number
}

/**
 * Lets a runner take no more jobs: it is marked first, so that nothing starts it again, then its job may end, then its
 * service stops and does not start at boot. The moment its worker is gone the service is stopped: a job that GitHub gave
 * out in that very moment is cut off, and attempted again by the queue.
 */
export async function drainRunner(options: DrainOptions): Promise<'stopped' | 'still_working'> {
  const { root, runner, services, env, by, clock, signal, pollMs } = options
  const places = placesOf(root, runner.name)
  markDrained(places, { by, since: isoSeconds(clock()) })
  await services.setBoot(runner.service, false)
  const worker = await findWorker(places.folder, env)
  if (worker !== null) {
    options.onWaiting()
    while (isAlive(worker) && !signal.aborted) await pause(pollMs, undefined, { signal }).catch(() => {})
    if (isAlive(worker)) return 'still_working'
  }
  await services.stop(runner.service)
  return 'stopped'
}

/** Lets it take jobs again. Of a runner that is not drained it sees that it runs. */
export async function resumeRunner({ root, runner, services }: Omit<Draining, 'env'>): Promise<void> {
  await unmarkDrained(placesOf(root, runner.name))
  await services.setBoot(runner.service, true)
  await services.start(runner.service)
}
