import { createInterface } from 'node:readline/promises'
import { RelayError } from '../../../base/errors.ts'
import type { Enrolment } from '../../../provision/runner/enrolment.ts'
import {
  type InstalledRunner,
  listInstalled,
  placesOf,
  requireInstalled,
  runnersFolder,
} from '../../../provision/runner/inventory.ts'
import { openServiceManager } from '../../../provision/runner/open-service-manager.ts'
import { requireIdleForRemoval, stepsOfRemove } from '../../../provision/runner/remove-runner.ts'
import { requireRunnerName } from '../../../provision/runner/runner-name.ts'
import { takeSteps } from '../../../provision/runner/steps.ts'
import { command } from '../../command.ts'
import type { Context } from '../../context.ts'
import { addEnrolOptions, type EnrolOptions, parseEnrolOptions, withRunnerEnrolment } from './enrol.ts'
import { requireRights } from './require-rights.ts'
import { tellStep } from './tell-step.ts'

export interface RunnerRemoveOptions extends EnrolOptions {
  readonly name: string
  readonly yes: boolean
  readonly force: boolean
  readonly onlyHere: boolean
}

/** Takes a runner of this machine away again, with all that `runner add` made but the account. */
export const runnerRemove = command<RunnerRemoveOptions>({
  define: command => {
    addEnrolOptions(command.argument('<name>', 'a runner of this machine'))
      .option('-y, --yes', 'do not ask')
      .option('--force', 'also while it runs a job')
      .option('--only-here', 'leave its registration; GitHub forgets it after 14 days')
  },
  parse: ([name = ''], flags) => ({
    ...parseEnrolOptions(flags),
    name: requireRunnerName(name),
    yes: flags['yes'] === true,
    force: flags['force'] === true,
    onlyHere: flags['onlyHere'] === true,
  }),
  run: async (options, context) => {
    const runner = requireInstalled(runnersFolder(context.env), options.name)
    await requireRights(runnersFolder(context.env), runner, context)
    if (!options.yes) await requireYes(runner, context)
    if (options.onlyHere) await remove(runner, null, options, context)
    else {
      await withRunnerEnrolment(runner, options, context, enrolment =>
        remove(runner, enrolment, options, context),
      )
    }
    return 0
  },
})

async function remove(
  runner: InstalledRunner,
  enrolment: Enrolment | null,
  { force }: RunnerRemoveOptions,
  context: Context,
): Promise<void> {
  const root = runnersFolder(context.env)
  if (enrolment !== null && !force) await requireIdleForRemoval(runner.name, enrolment)
  const services = openServiceManager(runner.service.kind, context.env)
  await takeSteps(stepsOfRemove({ root, runner, services, enrolment, env: context.env }), told =>
    tellStep(told, context),
  )
  const isLast = runner.user === 'relayq-runner' && listInstalled(root).length === 0
  context.say(`${runner.name} is removed${isLast ? '; its account stays: sudo userdel relayq-runner' : ''}`)
}

async function requireYes({ name, home }: InstalledRunner, context: Context): Promise<void> {
  const { streams, env } = context
  const { folder, home: ownHome } = placesOf(runnersFolder(env), name)
  const keys = home === ownHome ? ', with the keys and models in its home' : ''
  if (!streams.errIsTTY) {
    throw new RelayError('usage', `${folder} would be removed${keys}.`, { hint: 'Say so: add --yes' })
  }
  const question = createInterface({ input: streams.in, output: streams.err })
  try {
    const answer = await question.question(`Remove ${folder}${keys}? [y/N] `)
    if (/^y(es)?$/i.test(answer.trim())) return
    throw new RelayError('cancelled', 'Nothing was removed.')
  } finally {
    question.close()
  }
}
