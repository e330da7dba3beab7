import type { Clock } from '../../base/clock.ts'
import { RelayError } from '../../base/errors.ts'
import { type InstalledRunner, placesOf } from '../runner/inventory.ts'
import { openServiceManager } from '../runner/open-service-manager.ts'
import type { Action } from './action.ts'
import { drainRunner, resumeRunner } from './drain.ts'
import { addWords } from './sayings.ts'
import { wipe } from './wipe.ts'

interface Performing {
  readonly root: string
  readonly runners: readonly InstalledRunner[]
  readonly env: NodeJS.ProcessEnv
  readonly clock: Clock
  /** Runs a command of RelayQ as a user would; rejects where it does not end well. */
  readonly relayq: (words: readonly string[]) => Promise<void>
}

/** Does one action. What is larger than a word to the service goes through the command that a user has for it. */
export async function perform(
  action: Action,
  { root, runners, env, clock, relayq }: Performing,
): Promise<void> {
  const runner = runners.find(({ name }) => name === action.runner)
  if (runner === undefined) throw new RelayError('runner_not_found', `There is no runner ${action.runner}.`)
  const services = openServiceManager(runner.service.kind, env)
  switch (action.kind) {
    case 'wipe':
      return await wipe(action.waste, runner, placesOf(root, runner.name), clock())
    case 'update':
      return await relayq(['runner', 'update', runner.name])
    case 'register':
      // What runs has the registration that is gone, and would be in the way of a new one.
      await services.stop(runner.service)
      return await relayq(addWords(runner))
    case 'start':
      return await services.start(runner.service)
    case 'restart':
      return await services.restart(runner.service)
    case 'stop':
      return await services.stop(runner.service)
    case 'resume':
      return await resumeRunner({ root, runner, services })
    case 'drain': {
      // A round does not wait for a job: the next one stops the service.
      const signal = AbortSignal.abort()
      const onWaiting = () => {}
      await drainRunner({ root, runner, services, env, by: 'keep', clock, signal, onWaiting, pollMs: 0 })
    }
  }
}
