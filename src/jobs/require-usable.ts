import { requireNetworks } from '../base/outbound.ts'
import { engineOrder } from '../speech/choose.ts'
import { parseTemplate, readOutputForm } from '../speech/command-template.ts'
import { readModelsUrl } from '../speech/pull-model.ts'
import { readServerAddress } from '../speech/whisper-server.ts'
import { privacyOf, readBaseUrl } from './cloud-engines.ts'
import type { NodeConfig } from './context.ts'
import { machineLimitBytes } from './fetch-input.ts'
import { readCeilings } from './job-purse.ts'
import { readRequest } from './speech-request.ts'

/**
 * Reads what a machine is configured for as its jobs and commands would, and each setting even where nothing of now would
 * need it. Throws `invalid_config` for the first that cannot be read.
 */
export function requireUsable(config: NodeConfig): void {
  requireFetchUsable(config)
  requireSpeechUsable(config)
  readModelsUrl(config.speech.modelsUrl)
}

/** By which a job brings its input here. */
export function requireFetchUsable(config: NodeConfig): void {
  requireNetworks(config.allowCidrs)
  machineLimitBytes(config)
}

/** By which an engine is chosen and asked, whichever backend would need it. */
export function requireSpeechUsable(config: NodeConfig): void {
  const { cloud, speech } = config
  readRequest({}, config)
  privacyOf('', config)
  engineOrder('', { backend: config.asrBackend, prefers: '' })
  engineOrder('auto', { backend: '', prefers: cloud.autoPrefers })
  readCeilings(cloud)
  readBaseUrl('OPENAI_BASE_URL', cloud.openai.baseUrl)
  readBaseUrl('OPENROUTER_BASE_URL', cloud.router.baseUrl)
  readServerAddress(speech.serverUrl)
  parseTemplate(speech.command, speech.commandOutput)
  readOutputForm(speech.commandOutput)
}
