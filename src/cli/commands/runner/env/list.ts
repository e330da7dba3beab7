import { parseEnvFile } from '../../../../config/env-file.ts'
import { findSetting, machineEnvPath, readMachineEnv } from '../../../../config/machine-env.ts'
import { findPaths } from '../../../../config/paths.ts'
import { command } from '../../../command.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../../../json-output.ts'
import { writeTable } from '../../../table.ts'

export interface ListEnvOptions {
  readonly json: JsonFields
}

const fields = ['name', 'value', 'secret', 'description'] as const

/** What the env file sets. A secret is not shown, nor is the value of a name nobody knows. */
export const listEnv = command<ListEnvOptions>({
  define: command => addJsonOption(command, fields),
  parse: (_, flags) => ({ json: parseJsonFields(flags, fields) }),
  run: async ({ json }, { env, say, streams }) => {
    const path = machineEnvPath(findPaths(env))
    const { values, problems } = parseEnvFile(await readMachineEnv(path))
    for (const { line, message } of problems) say(`${path}:${line} ${message}; the line is ignored`)
    if (values.size === 0) say(`${path} sets nothing; relayq runner env set NAME sets something`)
    const rows = [...values].map(([name, value]) => {
      const setting = findSetting(name)
      const secret = setting?.secret ?? true
      const description = setting?.description ?? 'not read by RelayQ'
      return { name, value: secret ? null : value, secret, description }
    })
    if (json) writeJson(streams, rows, json)
    else {
      const shown = rows.map(({ name, value, description }) => [name, value ?? '(hidden)', description])
      writeTable(streams, ['SETTING', 'VALUE', 'WHAT IT IS'], shown)
    }
    return 0
  },
})
