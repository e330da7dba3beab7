import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'
import { writeTable } from '../table.ts'

export interface RunnersOptions {
  readonly json: JsonFields
}

const fields = ['id', 'name', 'os', 'status', 'busy', 'labels'] as const

/** The fleet as the broker lists it now. */
export const runners = command<RunnersOptions>({
  define: command => {
    addBrokerOptions(command)
    addJsonOption(command, fields)
  },
  parse: (_, flags) => ({ json: parseJsonFields(flags, fields) }),
  run: async ({ json }, context) => {
    const broker = await (await context.relayq()).broker()
    const found = await broker.listRunners()
    if (json) {
      writeJson(
        context.streams,
        found.map(runner => ({ ...runner })),
        json,
      )
      return 0
    }
    if (found.length === 0)
      context.say(
        `no machine is a runner of ${broker.description} yet; on a machine: relayq runner add PROFILE`,
      )
    const rows = found.map(({ name, status, busy, labels, os }) => [
      name,
      status === 'online' && busy ? 'busy' : status,
      labels.join(', '),
      os,
    ])
    writeTable(context.streams, ['RUNNER', 'STATUS', 'LABELS', 'SYSTEM'], rows)
    return 0
  },
})
