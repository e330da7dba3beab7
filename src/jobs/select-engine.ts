import type { SpeechBackend, SpeechRequest } from '../speech/backend.ts'
import { chooseEngine, type EngineName, engineOrder } from '../speech/choose.ts'
import { commandEngine } from '../speech/command-engine.ts'
import { parseTemplate } from '../speech/command-template.ts'
import { fasterWhisper } from '../speech/faster-whisper.ts'
import { mlxWhisper } from '../speech/mlx-whisper.ts'
import { fullModelName } from '../speech/model-catalogue.ts'
import { usableMemoryMb } from '../speech/model-memory.ts'
import { openaiWhisper } from '../speech/openai-whisper.ts'
import { pocketSphinx } from '../speech/pocketsphinx.ts'
import { pythonWhisper } from '../speech/python-whisper.ts'
import { whisperCli } from '../speech/whisper-cli.ts'
import { readServerAddress, whisperServer } from '../speech/whisper-server.ts'
import type { NodeConfig } from './context.ts'
import { modelFolders } from './installed-models.ts'
import type { JobWork } from './kind-runner.ts'

/** Every speech engine this machine may have, and those it is configured for. Throws `invalid_config`. */
export function speechEngines(
  config: NodeConfig,
  env: NodeJS.ProcessEnv,
  programFolders: readonly string[],
): Readonly<Partial<Record<EngineName, SpeechBackend>>> {
  const host = { env, programFolders, memoryMb: usableMemoryMb() }
  const pythonHost = { ...host, mayDownload: config.speech.mayDownloadModels }
  const template = parseTemplate(config.speech.command, config.speech.commandOutput)
  const server = readServerAddress(config.speech.serverUrl)
  const model = config.whisperModel === '' ? null : fullModelName(config.whisperModel)
  return {
    ...(template === null ? {} : { command: commandEngine({ ...host, template }) }),
    ...(server === null ? {} : { 'whisper-server': whisperServer({ baseUrl: server, model }) }),
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
  const configured = order.flatMap(name => {
    const engine = engines[name]
    return engine === undefined ? [] : [{ name, engine }]
  })
  const candidates = await Promise.all(
    configured.map(async each => ({ ...each, availability: await each.engine.check(request) })),
  )
  const { chosen, warnings } = chooseEngine(candidates, request.model?.name ?? null)
  const next = candidates.find(each => each !== chosen && each.availability.kind === 'ready')
  const { model = null, version = null } = chosen.availability.kind === 'ready' ? chosen.availability : {}
  return { engine: chosen.engine, model, version, next: next?.engine ?? null, warnings }
}
