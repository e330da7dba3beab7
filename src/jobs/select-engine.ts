import type { SpeechBackend, SpeechRequest } from '../speech/backend.ts'
import { chooseEngine, type EngineName, engineOrder } from '../speech/choose.ts'
import { fasterWhisper } from '../speech/faster-whisper.ts'
import { mlxWhisper } from '../speech/mlx-whisper.ts'
import { usableMemoryMb } from '../speech/model-memory.ts'
import { openaiWhisper } from '../speech/openai-whisper.ts'
import { pocketSphinx } from '../speech/pocketsphinx.ts'
import { pythonWhisper } from '../speech/python-whisper.ts'
import { whisperCli } from '../speech/whisper-cli.ts'
import type { NodeConfig } from './context.ts'
import { modelFolders } from './installed-models.ts'
import type { JobWork } from './kind-runner.ts'

/** Every speech engine this machine may have. */
export function speechEngines(
  config: NodeConfig,
  env: NodeJS.ProcessEnv,
  programFolders: readonly string[],
): Readonly<Record<EngineName, SpeechBackend>> {
  const host = { env, programFolders, memoryMb: usableMemoryMb() }
  const pythonHost = { ...host, mayDownload: config.speech.mayDownloadModels }
  return {
    'whisper-cli': whisperCli({ ...host, modelFolders: modelFolders(config), program: config.whisperCli }),
    mlx_whisper: pythonWhisper(mlxWhisper, pythonHost),
    'whisper-ctranslate2': pythonWhisper(fasterWhisper, pythonHost),
    'openai-whisper': pythonWhisper(openaiWhisper, pythonHost),
    pocketsphinx: pocketSphinx(host),
  }
}

export interface SelectedEngine {
  readonly engine: SpeechBackend
  readonly model: string | null
  readonly version: string | null
  /** The next best that could do it too. */
  readonly next: SpeechBackend | null
  readonly warnings: readonly string[]
}

/** The best engine of this machine for a request; throws what `chooseEngine` throws. */
export async function selectEngine(
  work: JobWork,
  request: SpeechRequest,
  env: NodeJS.ProcessEnv,
  programFolders: readonly string[],
): Promise<SelectedEngine> {
  const { config } = work.context
  const engines = speechEngines(config, env, programFolders)
  const order = engineOrder(work.inputs['backend'] ?? '', config.asrBackend)
  const candidates = await Promise.all(
    order.map(async name => ({ name, availability: await engines[name].check(request) })),
  )
  const { name, warnings } = chooseEngine(candidates, request.model?.name ?? null)
  const ready = candidates.flatMap(({ name, availability }) =>
    availability.kind === 'ready' ? [{ ...availability, engine: engines[name] }] : [],
  )
  const others = ready.filter(({ engine }) => engine !== engines[name])
  const { model = null, version = null } = ready.find(({ engine }) => engine === engines[name]) ?? {}
  return { engine: engines[name], model, version, next: others[0]?.engine ?? null, warnings }
}
