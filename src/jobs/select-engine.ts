import { join } from 'node:path'
import type { SpeechBackend, SpeechRequest } from '../speech/backend.ts'
import { chooseEngine, type EngineName, engineOrder } from '../speech/choose.ts'
import { pocketSphinx } from '../speech/pocketsphinx.ts'
import { whisperCli } from '../speech/whisper-cli.ts'
import type { JobWork } from './kind-runner.ts'

/** The best engine of this machine for a request; throws what `chooseEngine` throws. */
export async function selectEngine(
  work: JobWork,
  request: SpeechRequest,
  env: NodeJS.ProcessEnv,
  programFolders: readonly string[],
): Promise<{ engine: SpeechBackend; warnings: string[] }> {
  const { config } = work.context
  const modelFolders = [...config.modelDirs, join(config.cacheHome, 'models')]
  const engines: Readonly<Record<EngineName, SpeechBackend>> = {
    'whisper-cli': whisperCli({ env, programFolders, modelFolders, program: config.whisperCli }),
    pocketsphinx: pocketSphinx({ env, programFolders }),
  }
  const order = engineOrder(work.inputs['backend'] ?? '', config.asrBackend)
  const candidates = await Promise.all(
    order.map(async name => ({ name, availability: await engines[name].check(request) })),
  )
  const { name, warnings } = chooseEngine(candidates, request.model !== null)
  return { engine: engines[name], warnings }
}
