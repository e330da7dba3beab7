import { resumeRunner } from '../../../provision/keep/drain.ts'
import { command } from '../../command.ts'
import { runnerToServe } from './named-runner.ts'

export interface RunnerResumeOptions {
  readonly name: string | null
}

/** Lets a drained runner take jobs again. */
export const runnerResume = command<RunnerResumeOptions>({
  define: command => {
    command.argument('[name]', 'a runner of this machine (default: its only one)')
  },
  parse: ([name]) => ({ name: name ?? null }),
  run: async ({ name }, context) => {
    const served = await runnerToServe(name, context)
    await resumeRunner(served)
    context.say(`${served.runner.name} runs, and starts at boot`)
    return 0
  },
})
