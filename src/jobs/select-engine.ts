import type { Availability, SpeechBackend, SpeechRequest } from '../speech/backend.ts'
import {
  type Candidate,
  chooseEngine,
  type EngineName,
  engineOrder,
  isCloud,
  type LocalEngine,
} from '../speech/choose.ts'
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
import { type CloudEngineHost, cloudEngine, privacyOf } from './cloud-engines.ts'
import type { NodeConfig } from './context.ts'
import { engineChain } from './engine-chain.ts'
import { modelFolders } from './installed-models.ts'
import type { JobWork } from './kind-runner.ts'

/** Every speech engine this machine itself may have, and those it is configured for. Throws `invalid_config`. */
export function speechEngines(
  config: NodeConfig,
  env: NodeJS.ProcessEnv,
  programFolders: readonly string[],
): Readonly<Partial<Record<LocalEngine, SpeechBackend>>> {
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
  /** Where `auto` may choose, the next that is ready goes on when one fails. */
  readonly engine: SpeechBackend
  readonly model: string | null
  readonly version: string | null
  /** The next best that could do it too. */
  readonly next: SpeechBackend | null
  readonly warnings: readonly string[]
}

/** The best engine for a request, of this machine or a service that it may ask; throws what `chooseEngine` throws. */
export async function selectEngine(
  work: JobWork,
  request: SpeechRequest,
  env: NodeJS.ProcessEnv,
  programFolders: readonly string[],
): Promise<SelectedEngine> {
  const { config, clock } = work.context
  const configured = { backend: config.asrBackend, prefers: config.cloud.autoPrefers }
  const order = engineOrder(work.inputs['backend'] ?? '', configured)
  const engines = enginesOf(order, { config, env, programFolders, clock })
  const privacy = privacyOf(work.inputs['private'] ?? '', config)
  const candidates = await Promise.all(
    engines.map(async each => ({ ...each, availability: await availabilityOf(each, request, privacy) })),
  )
  const { chosen, warnings } = chooseEngine(candidates, request.model?.name ?? null)
  noteSkipped(candidates, work)
  const others = candidates.filter(each => each !== chosen && each.availability.kind === 'ready')
  const [next] = others
  const { model = null, version = null } = chosen.availability.kind === 'ready' ? chosen.availability : {}
  return {
    engine: engineChain([chosen, ...(order.some(isCloud) ? others : [])], work),
    ...{ model, version, warnings },
    next: next === undefined ? null : engineChain([next], work),
  }
}

interface NamedEngine {
  readonly name: EngineName
  readonly engine: SpeechBackend
}

/** The engines of these names, of this machine and services, without those it is not configured for. Throws `invalid_config`. */
export function enginesOf(order: readonly EngineName[], host: CloudEngineHost): readonly NamedEngine[] {
  const locals = speechEngines(host.config, host.env, host.programFolders)
  return order.flatMap(name => {
    const engine = isCloud(name) ? cloudEngine(name, host) : locals[name]
    return engine === undefined ? [] : [{ name, engine }]
  })
}

/** `privacy`: why nothing may leave the machine; null: it may. */
export async function availabilityOf(
  { name, engine }: NamedEngine,
  request: SpeechRequest,
  privacy: string | null,
): Promise<Availability> {
  if (privacy === null || !isCloud(name)) return await engine.check(request)
  const hint = 'Use the backend local, or auto.'
  return { kind: 'unavailable', code: 'cloud_forbidden', reason: privacy, hint }
}

function noteSkipped(candidates: readonly Candidate[], { onEngine }: JobWork): void {
  for (const { name, availability } of candidates) {
    if (availability.kind === 'ready') continue
    onEngine({ name, outcome: 'skipped', reason: availability.reason })
  }
}
