import { delimiter } from 'node:path'
import { RelayError } from '../base/errors.ts'
import type { Config } from '../config/load.ts'
import type { Paths } from '../config/paths.ts'
import type { NodeConfig } from '../jobs/context.ts'

/** What the owner of this machine lets jobs use. Throws `invalid_config` for a limit that is no number. */
export function nodeConfigOf(config: Config, paths: Paths): NodeConfig {
  const all = config.all()
  return {
    asrBackend: config.get('ASR_BACKEND') ?? '',
    whisperModel: config.get('WHISPER_MODEL') ?? '',
    whisperCli: config.get('RELAYQ_WHISPER_CLI'),
    modelDirs: split(config.get('RELAYQ_MODEL_DIRS'), delimiter),
    cacheHome: paths.cache,
    allowHosts: split(config.get('RELAYQ_ALLOW_HOSTS'), ','),
    allowCidrs: split(config.get('RELAYQ_ALLOW_CIDRS'), ','),
    maxDownloadMb: readMegabytes(config.get('RELAYQ_MAX_DOWNLOAD_MB')),
    secrets: all.flatMap(({ secret, value }) => (secret && value !== null ? [value] : [])),
  }
}

function readMegabytes(text: string | null): number {
  const megabytes = Number(text)
  if (megabytes > 0 && Number.isFinite(megabytes)) return megabytes
  throw new RelayError('invalid_config', `RELAYQ_MAX_DOWNLOAD_MB cannot be "${text}".`, {
    hint: 'Give a number of megabytes, such as 1000.',
  })
}

function split(text: string | null, separator: string): readonly string[] {
  const parts = (text ?? '').split(separator).map(part => part.trim())
  return parts.filter(part => part !== '')
}
