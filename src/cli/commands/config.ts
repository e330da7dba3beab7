import { type KeptQueue, readKeptQueues } from '../../config/kept-queues.ts'
import { type SettingName, settings } from '../../config/settings.ts'
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
    addBrokerOptions(command).option('--json', 'as JSON').addHelpText('after', settingsInWords)
  },
  parse: (_, flags) => ({ json: flags['json'] === true }),
  run: async ({ json }, context) => {
    const { config, paths } = await context.relayq()
    for (const warning of config.warnings) context.say(warning)
    const { uses, warnings } = speechKeys(config)
    for (const warning of warnings) context.say(warning)
    const [kept = null] = readKeptQueues(paths)
    const rows = config.all().map(({ name, value, origin, secret, description }) => ({
      name,
      value: value !== null && secret ? hidden(uses.get(name)) : value,
      origin,
      description,
      ...(value === null && kept ? keptBy(kept, name) : {}),
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

function settingsInWords(): string {
  const width = Math.max(...settings.map(({ name }) => name.length))
  const lines = settings.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}\n`)
  return `\nSettings:\n${lines.join('')}`
}

/** What `relayq init` keeps: it speaks where nothing above names a repository or a token, and no hub runs here. */
function keptBy({ owner, repo, apiUrl, tokens }: KeptQueue, name: SettingName): object {
  if (name === 'GH_REPO') return { value: `${owner}/${repo}`, origin: `relayq init (${apiUrl})` }
  if (name !== 'GH_TOKEN' || tokens.submit === undefined) return {}
  const place = tokens.submit === 'file' ? 'tokens.json' : 'the keychain'
  return { value: '(set, hidden)', origin: `relayq init, in ${place}, for ${owner}/${repo}` }
}

/** With which of several keys a service is asked, where this is one of them. */
function hidden(use: string | undefined): string {
  return use === undefined ? '(set, hidden)' : `(set, hidden; ${use})`
}
