import { listInstalled, runnersFolder } from '../../../provision/runner/inventory.ts'
import { openServiceManager } from '../../../provision/runner/open-service-manager.ts'
import { command } from '../../command.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../../json-output.ts'
import { writeTable } from '../../table.ts'

export interface RunnerListOptions {
  readonly json: JsonFields
}

const fields = [
  'name',
  'profile',
  'version',
  'service',
  'labels',
  'repository',
  'folder',
  'isComplete',
] as const

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
    const rows = records.map(({ name, version, service, labels, repository, isComplete }) => [
      name,
      version ?? 'none',
      isComplete ? service : `${service}, unfinished`,
      labels.join(', '),
      repository,
    ])
    if (rows.length === 0) context.say(`there is no runner in ${root}; relayq runner add PROFILE sets one up`)
    writeTable(context.streams, ['RUNNER', 'VERSION', 'SERVICE', 'LABELS', 'REPOSITORY'], rows)
    return 0
  },
})
