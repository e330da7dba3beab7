import { devNull } from 'node:os'
import { RelayError } from '../../../../base/errors.ts'
import { withEnvValue } from '../../../../config/edit-env-file.ts'
import { parseEnvFile } from '../../../../config/env-file.ts'
import { loadConfig } from '../../../../config/load.ts'
import {
  findSetting,
  nearestSetting,
  readMachineEnv,
  writeMachineEnv,
} from '../../../../config/machine-env.ts'
import { findPaths } from '../../../../config/paths.ts'
import { speechKeys } from '../../../../config/speech-keys.ts'
import { command } from '../../../command.ts'
import { readSecret } from '../../../read-secret.ts'
import { addTargetOptions, type EnvTarget, envPathOf, parseTarget } from './env-target.ts'

export interface SetEnvOptions extends EnvTarget {
  readonly name: string
  /** null: it comes from stdin or is typed unseen. */
  readonly value: string | null
}

/** Writes one line of the env file. */
export const setEnv = command<SetEnvOptions>({
  define: command => {
    addTargetOptions(command).argument(
      '<name>',
      'NAME, and its value comes from stdin; or NAME=VALUE where that is no secret',
    )
  },
  parse: ([written = ''], flags) => {
    const target = parseTarget(flags)
    const at = written.indexOf('=')
    const name = requireEnvName(at === -1 ? written : written.slice(0, at))
    if (at === -1) return { ...target, name, value: null }
    requireNoSecret(name)
    return { ...target, name, value: written.slice(at + 1) }
  },
  run: async ({ name, value, ...target }, context) => {
    const path = await envPathOf(target, context)
    if (findSetting(name) === null) context.say(unknownName(name))
    const wanted = value ?? (await readSecret(context.streams, name))
    await requireReadable(name, wanted)
    const text = withEnvValue(readMachineEnv(path), name, wanted)
    writeMachineEnv(path, text)
    context.say(`${name} is set in ${path}; jobs that start from now on read it`)
    for (const doubt of await keyDoubts(name, text)) context.say(doubt)
    if (context.env[name]) context.say(`the environment of this shell sets ${name} too, and wins here`)
    return 0
  },
})

/** A name as parseEnvFile reads it. Throws `usage`. */
function requireEnvName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name
  throw new RelayError('usage', `${JSON.stringify(name)} is no name of a setting.`, {
    hint: 'Write letters, digits and _, such as WHISPER_MODEL. All of them: relayq config',
  })
}

/** Of a name nobody knows it is not known whether it is one. */
function requireNoSecret(name: string): void {
  if (findSetting(name)?.secret === false) return
  const nearest = findSetting(name) === null ? nearestSetting(name) : null
  const guess = nearest === null ? '' : `Did you mean ${nearest}? `
  throw new RelayError('usage', `${name} may be a secret, and a secret is no argument: others can read it.`, {
    hint: `${guess}Type it when asked, or hand it to stdin: relayq runner env set ${name}`,
  })
}

/** A job would fail of it later, out of sight. The value by itself: what stands in the file already is not its fault. */
async function requireReadable(name: string, value: string): Promise<void> {
  const [{ nodeConfigOf }, { requireUsable }] = await Promise.all([
    import('../../../node-config.ts'),
    import('../../../../jobs/require-usable.ts'),
  ])
  const paths = findPaths({ HOME: devNull })
  requireUsable(nodeConfigOf(await loadConfig({ env: { [name]: value }, paths, checkout: null }), paths))
}

/** Why a key that was just set is shown to no service: the address beside it has a say in that. */
async function keyDoubts(name: string, text: string): Promise<readonly string[]> {
  const env = Object.fromEntries(parseEnvFile(text).values)
  const config = await loadConfig({ env, paths: findPaths({ HOME: devNull }), checkout: null })
  return speechKeys(config).warnings.filter(warning => warning.startsWith(`${name} `))
}

function unknownName(name: string): string {
  const nearest = nearestSetting(name)
  const guess = nearest === null ? 'see those it reads: relayq config' : `did you mean ${nearest}?`
  return `RelayQ reads no setting ${name}; ${guess}`
}
