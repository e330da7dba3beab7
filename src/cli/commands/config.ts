import { speechKeys } from '../../config/speech-keys.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import { writeTable } from '../table.ts'

export interface ConfigOptions {
  readonly json: boolean
}

/** Every setting with its value and where it comes from; secrets are never shown. */
export const config = command<ConfigOptions>({
  define: command => {
    addBrokerOptions(command).option('--json', 'as JSON')
  },
  parse: (_, flags) => ({ json: flags['json'] === true }),
  run: async ({ json }, context) => {
    const { config } = await context.relayq()
    for (const warning of config.warnings) context.say(warning)
    const { uses, warnings } = speechKeys(config)
    for (const warning of warnings) context.say(warning)
    const rows = config.all().map(({ name, value, origin, secret, description }) => ({
      name,
      value: value !== null && secret ? hidden(uses.get(name)) : value,
      origin,
      description,
    }))
    if (json) {
      context.streams.out.write(`${JSON.stringify(rows, null, 2)}\n`)
      return 0
    }
    const shown = rows.map(({ name, value, origin }) => [name, value ?? '', origin ?? 'not set'])
    writeTable(context.streams, ['SETTING', 'VALUE', 'ORIGIN'], shown)
    return 0
  },
})

/** With which of several keys a service is asked, where this is one of them. */
function hidden(use: string | undefined): string {
  return use === undefined ? '(set, hidden)' : `(set, hidden; ${use})`
}
