import { RelayError } from '../../base/errors.ts'
import { isJsonObject, type JsonObject, parseJson } from '../../base/json.ts'

/** What a listener needs of a JIT configuration (docs/protocol.md, "Joining"). */
export interface RunnerIdentity {
  readonly id: number
  readonly name: string
  /** Ends in `/`. */
  readonly brokerUrl: string
  readonly token: string
  readonly ephemeral: boolean
}

/**
 * Reads base64 of `{file name: base64 of the file}`. Names inside `.runner` are matched without regard to case, as
 * actions/runner does. Throws RelayError `invalid_config`, never with a part of the configuration in it: it holds a token.
 */
export function readJitConfig(encoded: string): RunnerIdentity {
  const files = parseJson(Buffer.from(encoded, 'base64').toString('utf8'))
  const settings = readFile(files, '.runner')
  const credentials = readFile(files, '.credentials')
  const token = isJsonObject(credentials['data']) ? credentials['data']['token'] : null
  if (credentials['scheme'] !== 'OAuthAccessToken' || typeof token !== 'string' || token === '') {
    throw invalid('its credentials are not of the scheme OAuthAccessToken')
  }
  const name = settings['agentname']
  const broker = settings['serverurlv2'] ?? settings['serverurl']
  if (typeof name !== 'string' || name === '') throw invalid('it names no runner')
  if (typeof broker !== 'string' || !URL.canParse(broker)) throw invalid('it names no server')
  return {
    id: Number(settings['agentid']),
    name,
    brokerUrl: broker.endsWith('/') ? broker : `${broker}/`,
    token,
    ephemeral: settings['ephemeral'] === true,
  }
}

function readFile(files: unknown, name: string): JsonObject {
  const content = isJsonObject(files) ? files[name] : null
  const value =
    typeof content === 'string' ? parseJson(Buffer.from(content, 'base64').toString('utf8')) : null
  if (!isJsonObject(value)) throw invalid(`${name} is missing or is not JSON`)
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toLowerCase(), member]))
}

function invalid(reason: string): RelayError {
  return new RelayError('invalid_config', `The runner's JIT configuration cannot be used: ${reason}.`, {
    hint: 'Ask the broker for a new one (generate-jitconfig) and start the runner with it.',
  })
}
