import { RelayError } from '../base/errors.ts'
import { requireForm } from '../model/inputs.ts'
import { speechBackend } from '../model/kinds.ts'
import type { Availability } from './backend.ts'

export type EngineName = 'whisper-cli' | 'pocketsphinx'

/** Best first. */
const localEngines: readonly EngineName[] = ['whisper-cli', 'pocketsphinx']

/**
 * The engines that may do a job, best first: what the job asks for, else what the machine is configured for, else
 * `local`. Throws `not_built` for the backends that are planned, `invalid_input` or `invalid_config` for other words.
 */
export function engineOrder(asked: string, configured: string): readonly EngineName[] {
  if (asked !== '') requireForm('invalid_input', 'backend', speechBackend, asked)
  else if (configured !== '') requireForm('invalid_config', 'ASR_BACKEND', speechBackend, configured)
  return localEngines
}

export interface Candidate {
  readonly name: EngineName
  readonly availability: Availability
}

/**
 * The first candidate that is ready. `wantsModel`: a model was named, so each engine that was passed over is news and stands
 * in `warnings`; where none was, an engine that simply is not installed is not. Throws `model_missing` or
 * `engine_missing` when none is ready.
 */
export function chooseEngine(
  candidates: readonly Candidate[],
  wantsModel: boolean,
): { name: EngineName; warnings: string[] } {
  const chosen = candidates.find(({ availability }) => availability.kind === 'ready')
  const passedOver = chosen === undefined ? candidates : candidates.slice(0, candidates.indexOf(chosen))
  const reasons = passedOver.flatMap(({ availability }) =>
    availability.kind === 'unavailable' ? [availability] : [],
  )
  if (chosen !== undefined) {
    const news = reasons.filter(({ code }) => wantsModel || code === 'model_missing')
    return {
      name: chosen.name,
      warnings: news.map(({ reason }) => `${reason}; ${chosen.name} was used instead.`),
    }
  }
  const first = reasons.find(({ code }) => code === 'model_missing') ?? reasons[0]
  const code = first?.code ?? 'engine_missing'
  const all = reasons.map(({ reason }) => reason).join('; ')
  throw new RelayError(code, `No speech engine of this machine can do the job: ${all}.`, {
    hint: first?.hint ?? 'Install whisper.cpp or PocketSphinx.',
  })
}
