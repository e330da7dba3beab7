import { parseEnvFile } from '../../../../config/env-file.ts'
import { findSetting, readMachineEnv } from '../../../../config/machine-env.ts'
import { command } from '../../../command.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../../../json-output.ts'
import { writeTable } from '../../../table.ts'
import { addTargetOptions, type EnvTarget, envPathOf, parseTarget } from './env-target.ts'

export interface ListEnvOptions extends EnvTarget {
  readonly json: JsonFields
}

const fields = ['name', 'value', 'secret', 'description'] as const

/** What the env file sets. A secret is not shown, nor is the value of a name nobody knows. */
export const listEnv = command<ListEnvOptions>({
  define: command => addJsonOption(addTargetOptions(command), fields),
  parse: (_, flags) => ({ ...parseTarget(flags), json: parseJsonFields(flags, fields) }),
  run: async ({ json, ...target }, context) => {
    const { say, streams } = context
    const path = await envPathOf(target, context)
    const { values, problems } = parseEnvFile(readMachineEnv(path))
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
