import { RelayError } from '../../../base/errors.ts'
import { drainRunner } from '../../../provision/keep/drain.ts'
import { command } from '../../command.ts'
import { runnerToServe } from './named-runner.ts'

export interface RunnerDrainOptions {
  readonly name: string | null
}

const pollMs = 200

/** Lets a runner finish its job, then stops it until it is resumed. */
export const runnerDrain = command<RunnerDrainOptions>({
  define: command => {
    command.argument('[name]', 'a runner of this machine (default: its only one)')
  },
  parse: ([name]) => ({ name: name ?? null }),
  run: async ({ name }, context) => {
    const { env, say } = context
    const served = await runnerToServe(name, context)
    const { runner } = served
    const outcome = await drainRunner({
      ...served,
      env,
      by: 'person',
      clock: Date.now,
      signal: context.interrupted(),
      onWaiting: () => say(`${runner.name} is at work; it is stopped when its job has ended`),
      pollMs,
    })
    if (outcome === 'still_working') {
      throw new RelayError('still_pending', `${runner.name} is still at work.`, {
        hint: `It is stopped within an hour after its job by relayq runner keep; or call: relayq runner drain ${runner.name}`,
      })
    }
    say(
      `${runner.name} is stopped, and stays so; relayq runner resume ${runner.name} lets it take jobs again`,
    )
    return 0
  },
})
