import { hostname } from 'node:os'
import { RelayError } from '../../../base/errors.ts'
import { runnerUser } from '../../../provision/runner/account.ts'
import { addRunner, stepsOfAdd } from '../../../provision/runner/add-runner.ts'
import { profileNames, requireLabels, requireProfile } from '../../../provision/runner/profiles.ts'
import { requireRunnerName } from '../../../provision/runner/runner-name.ts'
import { command } from '../../command.ts'
import { collect, parseText, parseTexts } from '../../option-values.ts'
import { addEnrolOptions, type EnrolOptions, parseEnrolOptions, withEnrolment } from './enrol.ts'
import { prepareSetup } from './prepare-setup.ts'
import { requireRights } from './require-rights.ts'
import { tellStep } from './tell-step.ts'

export interface RunnerAddOptions extends EnrolOptions {
  readonly profile: string
  readonly name: string
  readonly labels: readonly string[]
  readonly user: string | null
  readonly jit: boolean
  readonly ephemeral: boolean
  readonly replace: boolean
  readonly gui: boolean
  readonly tools: boolean
  readonly sha256: string | null
  /** Logins that may start jobs here, beside the repository's owner and the token's own. */
  readonly actors: readonly string[]
  readonly dryRun: boolean
}

/** Makes this machine a runner of the repository. Interrupted anywhere, the same words go on. */
export const runnerAdd = command<RunnerAddOptions>({
  define: command => {
    addEnrolOptions(command.argument('<profile>', profileNames.join(', ')))
      .option(
        '--name <name>',
        'name of the runner (default: the profile’s; of linux and custom the machine’s)',
      )
      .option('--labels <labels>', 'more labels, comma-separated')
      .option('--user <account>', `account its jobs run as (default: on Linux ${runnerUser}, which is made)`)
      .option('--jit', 'register without the package’s own config.sh; at GitHub for one job only')
      .option('--ephemeral', 'take one job, then be forgotten')
      .option('--replace', 'take the place of a runner of the same name')
      .option('--gui', 'on a Mac: run in the user’s session, for jobs that need the screen')
      .option('--no-tools', 'do not look for ffmpeg and a speech engine')
      .option('--actor <login>', 'somebody else who may start jobs here (repeatable)', collect)
      .option('--sha256 <hex>', 'checksum of the package, where the broker names none')
      .option('--dry-run', 'print what would be done')
  },
  parse: ([profile = ''], flags) => {
    const { name: profileName } = requireProfile(profile)
    const labels = (parseText('--labels', flags['labels']) ?? '').split(',').map(label => label.trim())
    const given = requireLabels(labels.filter(label => label !== ''))
    if (profileName === 'custom' && given.length === 0) {
      throw new RelayError('usage', 'The profile custom has no labels of its own.', {
        hint: 'relayq runner add custom --labels gpu,fast',
      })
    }
    return {
      ...parseEnrolOptions(flags),
      profile: profileName,
      name: requireRunnerName(parseText('--name', flags['name']) ?? defaultName(profileName)),
      labels: given,
      user: parseText('--user', flags['user']),
      jit: flags['jit'] === true,
      ephemeral: flags['ephemeral'] === true,
      replace: flags['replace'] === true,
      gui: flags['gui'] === true,
      tools: flags['tools'] !== false,
      sha256: parseText('--sha256', flags['sha256']),
      actors: requireLogins(parseTexts('--actor', flags['actor'])),
      dryRun: flags['dryRun'] === true,
    }
  },
  run: (options, context) =>
    withEnrolment(options, context, async enrolment => {
      const setup = await prepareSetup(options, context, enrolment)
      if (options.dryRun) {
        for (const step of stepsOfAdd(setup))
          context.streams.out.write(`${step.name.padEnd(10)}${step.will}\n`)
        return 0
      }
      await requireRights(setup.root, setup.runner, context)
      const { name } = await addRunner(setup, told => tellStep(told, context))
      context.say(`${name} is online and takes jobs; relayq runner list shows it`)
      context.streams.out.write(`${name}\n`)
      return 0
    }),
})

/** GitHub's logins; those of apps end in `[bot]`. */
function requireLogins(logins: readonly string[]): readonly string[] {
  for (const login of logins) {
    if (/^[A-Za-z0-9-]{1,39}(?:\[bot\])?$/.test(login)) continue
    throw new RelayError('usage', `${JSON.stringify(login)} is no login.`, {
      hint: 'Such as --actor octocat.',
    })
  }
  return logins
}

/** Two machines of one kind want names of their own; a machine of no kind has one. */
function defaultName(profile: string): string {
  const isOwn = profile === 'linux' || profile === 'custom'
  return isOwn
    ? hostname()
        .replace(/\..*$/, '')
        .replaceAll(/[^A-Za-z0-9_-]/g, '-')
    : profile
}
