import { requireNetworks } from '../base/outbound.ts'
import { engineOrder } from '../speech/choose.ts'
import { parseTemplate } from '../speech/command-template.ts'
import { readServerAddress } from '../speech/whisper-server.ts'
import { privacyOf, readBaseUrl } from './cloud-engines.ts'
import type { NodeConfig } from './context.ts'
import { machineLimitBytes } from './fetch-input.ts'
import { readCeiling } from './job-purse.ts'
import { readRequest } from './speech-request.ts'

/**
 * Reads what a machine is configured for as its jobs would, and each setting even where no job of now would need it. Throws
 * `invalid_config` for the first that cannot be read.
 */
export function requireUsable(config: NodeConfig): void {
  const { cloud, speech } = config
  requireNetworks(config.allowCidrs)
  readRequest({}, config)
  privacyOf('', config)
  engineOrder('', { backend: config.asrBackend, prefers: '' })
  engineOrder('auto', { backend: '', prefers: cloud.autoPrefers })
  readCeiling('RELAYQ_MAX_COST_PER_JOB', cloud.maxCostPerJob)
  readCeiling('RELAYQ_MAX_COST_PER_MONTH', cloud.maxCostPerMonth)
  readBaseUrl('OPENAI_BASE_URL', cloud.openai.baseUrl)
  readBaseUrl('OPENROUTER_BASE_URL', cloud.router.baseUrl)
  machineLimitBytes(config)
  readServerAddress(speech.serverUrl)
  parseTemplate(speech.command, speech.commandOutput)
}
