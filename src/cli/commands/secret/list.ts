import { listSecrets } from '../../../github/secrets.ts'
import { addBrokerOptions } from '../../broker-options.ts'
import { command } from '../../command.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../../json-output.ts'
import { writeTable } from '../../table.ts'
import { timesFor } from '../../times.ts'

export interface ListSecretsOptions {
  readonly json: JsonFields
}

const fields = ['name', 'createdAt', 'updatedAt'] as const

/** Names and dates; values are given to jobs alone. */
export const listSecretsCommand = command<ListSecretsOptions>({
  define: command => {
    addBrokerOptions(command)
    addJsonOption(command, fields)
  },
  parse: (_, flags) => ({ json: parseJsonFields(flags, fields) }),
  run: async ({ json }, { relayq, streams, say }) => {
    const { client } = await (await relayq()).github()
    const secrets = await listSecrets(client)
    if (json) {
      writeJson(
        streams,
        secrets.map(secret => ({ ...secret })),
        json,
      )
      return 0
    }
    if (secrets.length === 0) say('there is no secret; relayq secret set NAME sets one')
    const times = timesFor(streams, new Date())
    const rows = secrets.map(({ name, updatedAt }) => [name, times.age(updatedAt)])
    writeTable(streams, ['SECRET', 'SET'], rows)
    return 0
  },
})
