import { RelayError } from '../../../base/errors.ts'
import { type InstalledRunner, listInstalled, runnersFolder } from '../../../provision/runner/inventory.ts'
import { openServiceManager } from '../../../provision/runner/open-service-manager.ts'
import { command } from '../../command.ts'
import type { Context } from '../../context.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../../json-output.ts'
import { writeTable } from '../../table.ts'
import { type EnrolOptions, withRunnerEnrolment } from './enrol.ts'

export interface RunnerListOptions {
  readonly json: JsonFields
}

const fields = [
  ...(['name', 'profile', 'version', 'service', 'registered', 'labels'] as const),
  ...(['repository', 'folder', 'isComplete'] as const),
]

/** The runners that RelayQ has set up on this machine. */
export const runnerList = command<RunnerListOptions>({
  define: command => addJsonOption(command, fields),
  parse: (_, flags) => ({ json: parseJsonFields(flags, fields) }),
  run: async ({ json }, context) => {
    const root = runnersFolder(context.env)
    const records = await Promise.all(
      listInstalled(root).map(async runner => ({
        name: runner.name,
        profile: runner.profile,
        version: runner.version,
        service: await openServiceManager(runner.service.kind, context.env).state(runner.service),
        registered: await registeredState(runner, context),
        labels: runner.labels,
        repository: runner.repository.url,
        folder: `${root}/${runner.name}`,
        isComplete: runner.isComplete,
      })),
    )
    if (json) {
      writeJson(context.streams, records, json)
      return 0
    }
    const rows = records.map(({ name, version, service, registered, labels, repository, isComplete }) => [
      name,
      version ?? 'none',
      isComplete ? service : `${service}, unfinished`,
      registered,
      labels.join(', '),
      repository,
    ])
    if (rows.length === 0) context.say(`there is no runner in ${root}; relayq runner add PROFILE sets one up`)
    writeTable(context.streams, ['RUNNER', 'VERSION', 'SERVICE', 'BROKER', 'LABELS', 'REPOSITORY'], rows)
    return 0
  },
})

type Registered = 'online' | 'busy' | 'offline' | 'unknown to it' | 'not asked'

/** What the broker says of it. Without a token, or with the broker away, the rest is still worth listing. */
async function registeredState(runner: InstalledRunner, context: Context): Promise<Registered> {
  const quiet = { ...context, say: () => {} }
  try {
    const known = await withRunnerEnrolment(runner, noWords, quiet, enrolment => enrolment.find(runner.name))
    if (known === null) return 'unknown to it'
    return known.status === 'online' && known.busy ? 'busy' : known.status
  } catch (thrown) {
    if (!(thrown instanceof RelayError)) throw thrown
    context.say(`the broker of ${runner.name} was not asked: ${thrown.message}`)
    return 'not asked'
  }
}

const noWords: EnrolOptions = { broker: null, repo: null, tokenFromInput: false }
