import { RelayError } from '../base/errors.ts'
import type { Availability } from '../speech/backend.ts'
import { type Candidate, chooseEngine, type EngineName, engineOrder } from '../speech/choose.ts'
import { privacyOf } from './cloud-engines.ts'
import type { NodeConfig } from './context.ts'
import { withoutSecrets } from './program-folders.ts'
import { requireSpeechUsable } from './require-usable.ts'
import { availabilityOf, enginesOf } from './select-engine.ts'
import { readRequest } from './speech-request.ts'

/** What one engine of this machine would do for a job that names nothing. */
export interface EngineDiagnosis {
  readonly engine: EngineName
  readonly state: 'used' | 'ready' | 'unavailable'
  /** A program's path, a server's address; null: not found. */
  readonly place: string | null
  readonly version: string | null
  /** Those that are here; null: the engine is not. */
  readonly models: readonly string[] | null
  /** Which of them it would use. */
  readonly model: string | null
  /** Why it is not the one that is used, and what is doubtful of it; null where nothing is. */
  readonly reason: string | null
  /** What would mend that. */
  readonly hint: string | null
}

/** Every engine, those that a job would choose among first, all looked at side by side. Throws `invalid_config`. */
export async function diagnoseSpeech(
  config: NodeConfig,
  env: NodeJS.ProcessEnv,
  programFolders: readonly string[],
): Promise<readonly EngineDiagnosis[]> {
  requireSpeechUsable(config)
  const request = readRequest({}, config)
  const privacy = privacyOf('', config)
  const order = engineOrder('', { backend: config.asrBackend, prefers: config.cloud.autoPrefers })
  const others = engineOrder('auto', { backend: '', prefers: '' }).filter(name => !order.includes(name))
  const host = { config, env: withoutSecrets(env, config.secrets), programFolders, clock: Date.now }
  const looks = await Promise.all(
    enginesOf([...order, ...others], host).map(async each => ({
      ...each,
      isAsked: order.includes(each.name),
      availability: await availabilityOf(each, request, privacy),
      models: await each.engine.listModels(),
    })),
  )
  const asked = looks.filter(({ isAsked }) => isAsked)
  const used = usedOf(asked, request.model?.name ?? null)
  return looks.map(look => describe(look, used))
}

interface Look extends Candidate {
  readonly models: readonly string[] | null
  /** Whether a job that names no backend may be done by it. */
  readonly isAsked: boolean
}

/** null: none can do it. */
function usedOf(looks: readonly Candidate[], wanted: string | null): EngineName | null {
  try {
    return chooseEngine(looks, wanted).chosen.name
  } catch (thrown) {
    if (thrown instanceof RelayError) return null
    throw thrown
  }
}

function describe({ name, availability, models, isAsked }: Look, used: EngineName | null): EngineDiagnosis {
  const place = availability.place ?? null
  if (availability.kind === 'unavailable') {
    const { reason, hint } = availability
    return {
      ...{ engine: name, state: 'unavailable', place, models, reason, hint },
      ...{ version: null, model: null },
    }
  }
  const { version, model } = availability
  const isUsed = name === used
  const state = isUsed ? 'used' : 'ready'
  return {
    ...{ engine: name, state, place, models, version, model },
    ...{ reason: isAsked ? whyNotUsed(availability, isUsed ? null : used) : notAsked, hint: null },
  }
}

const notAsked = 'a job has to ask for it, or ASR_BACKEND'

function whyNotUsed(
  { warning, endWarning }: Extract<Availability, { kind: 'ready' }>,
  used: EngineName | null,
): string | null {
  const better = used === null ? undefined : `${used} goes before it`
  const reasons = [warning, endWarning, better].filter(each => each !== undefined)
  return reasons.length === 0 ? null : reasons.map(each => each.replace(/\.$/, '')).join('; ')
}
