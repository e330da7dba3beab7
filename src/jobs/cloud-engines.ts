import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { RelayError } from '../base/errors.ts'
import { requireForm } from '../model/inputs.ts'
import { yesOrNo } from '../model/kinds.ts'
import type { SpeechBackend } from '../speech/backend.ts'
import { cloudBackend } from '../speech/cloud-backend.ts'
import type { CloudName } from '../speech/cloud-models.ts'
import { formMemory } from '../speech/form-memory.ts'
import type { NodeConfig } from './context.ts'
import { readCeilings } from './job-purse.ts'

interface Service {
  readonly label: string
  readonly keySettings: readonly string[]
  readonly urlSetting: string
  /** For one request, in ms. */
  readonly timeoutMs: number
}

const services: Readonly<Record<CloudName, Service>> = {
  openai: {
    label: 'OpenAI',
    keySettings: ['AI_API_KEY', 'OPENAI_API_KEY'],
    urlSetting: 'OPENAI_BASE_URL',
    timeoutMs: 300_000,
  },
  router: {
    label: 'OpenRouter',
    keySettings: ['AI_API_KEY', 'OPENROUTER_API_KEY'],
    urlSetting: 'OPENROUTER_BASE_URL',
    // Its providers have 60 s; the upload and another provider's turn come on top.
    timeoutMs: 150_000,
  },
}

export interface CloudEngineHost {
  readonly config: NodeConfig
  readonly env: NodeJS.ProcessEnv
  readonly programFolders: readonly string[]
  readonly clock: Clock
}

/**
 * A transcription service as this machine is configured for it. Throws `invalid_config` for an address it may not use, or a
 * ceiling of its cost that is no number.
 */
export function cloudEngine(name: CloudName, host: CloudEngineHost): SpeechBackend {
  const { config, env, programFolders, clock } = host
  const { label, keySettings, urlSetting, timeoutMs } = services[name]
  const { keys, model, baseUrl } = config.cloud[name]
  const url = keys.length === 0 ? baseUrl : readBaseUrl(urlSetting, baseUrl)
  // Of a chain, a ceiling that cannot be read would else look like one that was reached.
  if (keys.length > 0) readCeilings(config.cloud)
  return cloudBackend({
    name,
    service: { label, baseUrl: url, keys, timeoutMs },
    keySettings,
    model,
    env,
    programFolders,
    forms: formMemory(join(config.cacheHome, 'transcription-forms.json'), clock),
  })
}

/** The key goes there: in the clear only to this machine itself. Throws `invalid_config`. */
export function readBaseUrl(setting: string, value: string): string {
  const url = URL.parse(value)
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url?.hostname ?? '')
  const isAllowed = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)
  if (isAllowed && url.username === '' && url.search === '') return value.replace(/\/+$/, '')
  throw new RelayError('invalid_config', `${setting} cannot be ${JSON.stringify(value.slice(0, 120))}.`, {
    hint: 'Give an https address such as https://api.openai.com/v1; http is for this machine itself only.',
  })
}

/** Why no recording of this job may leave the machine, in one clause; null: it may. Throws `invalid_config`. */
export function privacyOf(privateInput: string, { cloud }: NodeConfig): string | null {
  if (cloud.keepsPrivate !== '') {
    requireForm('invalid_config', 'RELAYQ_PRIVATE', yesOrNo, cloud.keepsPrivate)
  }
  if (privateInput === 'true') return 'the job is private'
  return cloud.keepsPrivate === 'true' ? 'this machine keeps recordings to itself (RELAYQ_PRIVATE)' : null
}
