import { RelayError } from '../base/errors.ts'
import { requireForm } from '../model/inputs.ts'
import { autoPreference, speechBackend } from '../model/kinds.ts'
import type { Availability, Unavailable } from './backend.ts'
import type { CloudName } from './cloud-models.ts'
import { fullModelName } from './model-catalogue.ts'

export type LocalEngine =
  | 'command'
  | 'whisper-server'
  | 'whisper-cli'
  | 'mlx_whisper'
  | 'whisper-ctranslate2'
  | 'openai-whisper'
  | 'pocketsphinx'

export type EngineName = LocalEngine | CloudName

/** Best first. What the owner has told of by hand is what the owner wants. OpenAI's own is slow without a GPU, and PocketSphinx mishears much. */
const localEngines: readonly LocalEngine[] = [
  'command',
  'whisper-server',
  'whisper-cli',
  'mlx_whisper',
  'whisper-ctranslate2',
  'openai-whisper',
  'pocketsphinx',
]

/** Cheapest first. */
const cloudEngines: readonly CloudName[] = ['router', 'openai']

export function isCloud(name: EngineName): name is CloudName {
  return cloudEngines.some(cloud => cloud === name)
}

/** What the machine's owner has set, as it stands there. */
interface Configured {
  readonly backend: string
  /** Of `auto`: cost or speed. */
  readonly prefers: string
}

/**
 * The engines that may do a job, best first: what the job asks for, else what the machine is configured for, else
 * `local`. `auto` takes what costs nothing first, but a service before PocketSphinx, which is for want of anything better;
 * where speed counts, services are before all. Throws `invalid_input` or `invalid_config` for words that name none.
 */
export function engineOrder(asked: string, { backend, prefers }: Configured): readonly EngineName[] {
  if (asked !== '') requireForm('invalid_input', 'backend', speechBackend, asked)
  else if (backend !== '') requireForm('invalid_config', 'ASR_BACKEND', speechBackend, backend)
  const word = asked || backend || 'local'
  if (word === 'openai' || word === 'router') return [word]
  if (word === 'local') return localEngines
  if (prefers !== '') requireForm('invalid_config', 'RELAYQ_AUTO_PREFERS', autoPreference, prefers)
  if (prefers === 'speed') return [...cloudEngines, ...localEngines]
  return [...localEngines.slice(0, -1), ...cloudEngines, ...localEngines.slice(-1)]
}

export interface Candidate {
  readonly name: EngineName
  readonly availability: Availability
}

/**
 * The first candidate that is ready with the model that is wanted, else the first that is ready with another. `wanted`: the
 * model that was named, by the job or on this machine. `warnings` tell of engines that are here and were passed over, and
 * of the best one that is not when the wanted model is not used. Throws `out_of_memory`, `model_missing`,
 * `engine_missing` or `cloud_forbidden` when none is ready.
 */
export function chooseEngine<Engine extends Candidate>(
  candidates: readonly Engine[],
  wanted: string | null,
): { chosen: Engine; warnings: string[] } {
  const ready = candidates.filter(({ availability }) => availability.kind === 'ready')
  const chosen = ready.find(({ availability }) => !('warning' in availability)) ?? ready[0]
  if (chosen === undefined) throw noEngine(unavailable(candidates))
  const passedOver = unavailable(candidates.slice(0, candidates.indexOf(chosen)))
  const isSatisfied = wanted === null || modelOf(chosen) === fullModelName(wanted)
  const news = worthTelling(passedOver).filter(({ place }) => place !== undefined || !isSatisfied)
  return {
    chosen,
    warnings: news.map(({ reason }) => `${reason}; ${chosen.name} was used instead.`),
  }
}

function modelOf({ availability }: Candidate): string | null {
  return availability.kind === 'ready' ? availability.model : null
}

function unavailable(candidates: readonly Candidate[]): Unavailable[] {
  return candidates.flatMap(({ availability }) => (availability.kind === 'unavailable' ? [availability] : []))
}

/** Those that are here; where none is, the best of those that are not: nobody wants to read of all the others. */
function worthTelling(passedOver: readonly Unavailable[]): readonly Unavailable[] {
  const here = passedOver.filter(({ place }) => place !== undefined)
  return here.length > 0 ? here : passedOver.slice(0, 1)
}

function noEngine(reasons: readonly Unavailable[]): RelayError {
  const worst =
    reasons.find(({ code }) => code === 'out_of_memory') ??
    reasons.find(({ code }) => code === 'model_missing') ??
    reasons[0]
  const told = [...new Set([...reasons.slice(0, 1), ...worthTelling(reasons)])]
  const all = told.map(({ reason }) => reason).join('; ')
  return new RelayError(
    worst?.code ?? 'engine_missing',
    `No speech engine of this machine can do the job: ${all}.`,
    { hint: `${worst?.hint ?? 'Install whisper.cpp or PocketSphinx.'} Every engine: relayq doctor speech` },
  )
}
