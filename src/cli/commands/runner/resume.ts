import { resumeRunner } from '../../../provision/keep/drain.ts'
import { runnersFolder } from '../../../provision/runner/inventory.ts'
import { openServiceManager } from '../../../provision/runner/open-service-manager.ts'
import { command } from '../../command.ts'
import { namedRunner } from './named-runner.ts'
import { requireRights } from './require-rights.ts'

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
    const { env, say } = context
    const runner = namedRunner(name, env)
    const root = runnersFolder(env)
    await requireRights(root, runner, context)
    await resumeRunner({ root, runner, services: openServiceManager(runner.service.kind, env) })
    say(`${runner.name} runs, and starts at boot`)
    return 0
  },
})
