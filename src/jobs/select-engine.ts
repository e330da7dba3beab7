import { join } from 'node:path'
import type { SpeechBackend, SpeechRequest } from '../speech/backend.ts'
import { chooseEngine, type EngineName, engineOrder } from '../speech/choose.ts'
import { pocketSphinx } from '../speech/pocketsphinx.ts'
import { whisperCli } from '../speech/whisper-cli.ts'
import type { NodeConfig } from './context.ts'
import type { JobWork } from './kind-runner.ts'

/** Every speech engine this machine may have. */
export function speechEngines(
  config: NodeConfig,
  env: NodeJS.ProcessEnv,
  programFolders: readonly string[],
): Readonly<Record<EngineName, SpeechBackend>> {
  const modelFolders = [...config.modelDirs, join(config.cacheHome, 'models')]
  return {
    'whisper-cli': whisperCli({ env, programFolders, modelFolders, program: config.whisperCli }),
    pocketsphinx: pocketSphinx({ env, programFolders }),
  }
}

/** The best engine of this machine for a request; throws what `chooseEngine` throws. */
export async function selectEngine(
  work: JobWork,
  request: SpeechRequest,
  env: NodeJS.ProcessEnv,
  programFolders: readonly string[],
): Promise<{ engine: SpeechBackend; warnings: string[] }> {
  const { config } = work.context
  const engines = speechEngines(config, env, programFolders)
  const order = engineOrder(work.inputs['backend'] ?? '', config.asrBackend)
  const candidates = await Promise.all(
    order.map(async name => ({ name, availability: await engines[name].check(request) })),
  )
  const { name, warnings } = chooseEngine(candidates, request.model !== null)
  return { engine: engines[name], warnings }
}
