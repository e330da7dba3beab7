import { delimiter } from 'node:path'
import { type Config, loadConfig } from '../config/load.ts'
import { findPaths, type Paths } from '../config/paths.ts'
import { runnerKeyFile } from '../config/runner-key.ts'
import type { SettingName } from '../config/settings.ts'
import { type SpeechKeys, speechKeys } from '../config/speech-keys.ts'
import type { CloudConfig, NodeConfig } from '../jobs/context.ts'

/** From this machine's own settings alone: its env file and its environment, no repository's. Throws `invalid_config`. */
export async function loadNodeConfig(env: NodeJS.ProcessEnv): Promise<NodeConfig> {
  const paths = findPaths(env)
  return nodeConfigOf(await loadConfig({ env, paths, checkout: null }), paths)
}

/** What the owner of this machine lets jobs use. */
export function nodeConfigOf(config: Config, paths: Paths): NodeConfig {
  const keys = speechKeys(config)
  return {
    asrBackend: config.get('ASR_BACKEND') ?? '',
    whisperModel: config.get('WHISPER_MODEL') ?? '',
    language: config.get('RELAYQ_LANGUAGE') ?? '',
    whisperCli: config.get('RELAYQ_WHISPER_CLI'),
    modelDirs: split(config.get('RELAYQ_MODEL_DIRS'), delimiter),
    cacheHome: paths.cache,
    stateHome: paths.state,
    runnerKeyFile: runnerKeyFile(paths),
    speech: {
      mayDownloadModels: config.get('RELAYQ_MODEL_DOWNLOADS') === '1',
      serverUrl: config.get('RELAYQ_WHISPER_SERVER') ?? '',
      command: config.get('RELAYQ_SPEECH_COMMAND') ?? '',
      commandOutput: config.get('RELAYQ_SPEECH_OUTPUT') ?? '',
      modelsUrl: config.get('RELAYQ_MODELS_URL') ?? '',
    },
    delivery: {
      folder: config.get('RELAYQ_DELIVER_FOLDER') ?? '',
      branch: config.get('RELAYQ_DELIVER_BRANCH') ?? '',
      webhook: config.get('RELAYQ_DELIVER_WEBHOOK') ?? '',
    },
    inputRoots: split(config.get('RELAYQ_INPUT_ROOTS'), delimiter),
    allowYtDlp: config.get('RELAYQ_ALLOW_YTDLP') === '1',
    allowHosts: split(config.get('RELAYQ_ALLOW_HOSTS'), ','),
    allowCidrs: split(config.get('RELAYQ_ALLOW_CIDRS'), ','),
    maxDownloadMb: config.get('RELAYQ_MAX_DOWNLOAD_MB') ?? '',
    secrets: config.all().flatMap(({ secret, value }) => (secret && value !== null ? secretsIn(value) : [])),
    cloud: cloudConfig(config, keys),
    warnings: [...config.warnings, ...keys.warnings],
  }
}

function cloudConfig(config: Config, keys: SpeechKeys): CloudConfig {
  const text = (name: SettingName) => config.get(name) ?? ''
  return {
    openai: { keys: keys.openai, baseUrl: text('OPENAI_BASE_URL'), model: text('RELAYQ_OPENAI_MODEL') },
    router: { keys: keys.router, baseUrl: text('OPENROUTER_BASE_URL'), model: text('RELAYQ_ROUTER_MODEL') },
    keepsPrivate: text('RELAYQ_PRIVATE'),
    autoPrefers: text('RELAYQ_AUTO_PREFERS'),
    maxCostPerJob: text('RELAYQ_MAX_COST_PER_JOB'),
    maxCostPerMonth: text('RELAYQ_MAX_COST_PER_MONTH'),
  }
}

/** OPENROUTER_KEYS holds several: each of them is a secret by itself. */
function secretsIn(value: string): readonly string[] {
  return [...new Set([value, ...split(value, ',')])]
}

function split(text: string | null, separator: string): readonly string[] {
  const parts = (text ?? '').split(separator).map(part => part.trim())
  return parts.filter(part => part !== '')
}
