import { RelayError } from '../../../base/errors.ts'
import { choosePackage } from '../../../provision/runner/choose-package.ts'
import type { Enrolment } from '../../../provision/runner/enrolment.ts'
import { type InstalledRunner, requireInstalled, runnersFolder } from '../../../provision/runner/inventory.ts'
import { openServiceManager } from '../../../provision/runner/open-service-manager.ts'
import { lookAtMachine, platformOf } from '../../../provision/runner/platform.ts'
import { requireRunnerName } from '../../../provision/runner/runner-name.ts'
import { type UpdateOutcome, updateRunner } from '../../../provision/runner/update-runner.ts'
import { command } from '../../command.ts'
import type { Context } from '../../context.ts'
import { parseText } from '../../option-values.ts'
import { transferTold } from '../../transfer-line.ts'
import { addEnrolOptions, type EnrolOptions, parseEnrolOptions, withRunnerEnrolment } from './enrol.ts'
import { requireRights } from './require-rights.ts'
import { runningProgram } from './running-program.ts'
import { tellStep } from './tell-step.ts'

export interface RunnerUpdateOptions extends EnrolOptions {
  readonly name: string
  readonly sha256: string | null
}

/** A slow card takes a while to start a version for the first time. */
const upMs = 180_000
const pollMs = 1_000

/** Brings a runner of this machine to the newest version that the broker offers, and back when that does not come up. */
export const runnerUpdate = command<RunnerUpdateOptions>({
  define: command => {
    addEnrolOptions(command.argument('<name>', 'a runner of this machine')).option(
      '--sha256 <hex>',
      'checksum of the package, where the broker names none',
    )
  },
  parse: ([name = ''], flags) => ({
    ...parseEnrolOptions(flags),
    name: requireRunnerName(name),
    sha256: parseText('--sha256', flags['sha256']),
  }),
  run: async (options, context) => {
    const root = runnersFolder(context.env)
    const runner = requireInstalled(root, options.name)
    await requireRights(root, runner, context)
    const outcome = await withRunnerEnrolment(runner, options, context, enrolment =>
      update(runner, options.sha256, context, enrolment),
    )
    return tell(outcome, runner.name, context)
  },
})

async function update(
  runner: InstalledRunner,
  sha256: string | null,
  context: Context,
  enrolment: Enrolment,
): Promise<UpdateOutcome> {
  const { env } = context
  const platform = platformOf(await lookAtMachine(env))
  const parts = {
    root: runnersFolder(env),
    runner,
    chosen: choosePackage(await enrolment.downloads(), platform, sha256),
    program: runningProgram(),
    enrolment,
    services: openServiceManager(runner.service.kind, env),
    env,
    signal: context.interrupted(),
    onBytes: transferTold(context.streams, 'actions/runner'),
    clock: Date.now,
    upMs,
    pollMs,
  }
  return await updateRunner(parts, told => tellStep(told, context))
}

function tell(outcome: UpdateOutcome, name: string, { say, streams }: Context): number {
  if (outcome.kind === 'rolled_back') {
    throw new RelayError(
      'runner_offline',
      `${outcome.refused} did not come up: ${name} runs ${outcome.version} again, and takes jobs.`,
      { hint: `See what it said: relayq runner logs ${name}` },
    )
  }
  say(
    outcome.kind === 'updated'
      ? `${name} runs ${outcome.version}; before it was ${outcome.from}`
      : `${name} runs ${outcome.version}, the newest that is offered`,
  )
  streams.out.write(`${outcome.version}\n`)
  return 0
}
