import { RelayError } from '../base/errors.ts'
import type { Availability, SpeechBackend } from '../speech/backend.ts'
import { type Candidate, chooseEngine, type EngineName, engineOrder } from '../speech/choose.ts'
import type { NodeConfig } from './context.ts'
import { withoutSecrets } from './program-folders.ts'
import { speechEngines } from './select-engine.ts'
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
  /** Why it is not the one that is used; null where it is. */
  readonly reason: string | null
  /** What would mend that. */
  readonly hint: string | null
}

/** Every local engine, best first, all looked at side by side. Throws `invalid_config`. */
export async function diagnoseSpeech(
  config: NodeConfig,
  env: NodeJS.ProcessEnv,
  programFolders: readonly string[],
): Promise<readonly EngineDiagnosis[]> {
  const engines = speechEngines(config, withoutSecrets(env, config.secrets), programFolders)
  const request = readRequest({}, config)
  const order = engineOrder('local', '').flatMap(name => {
    const backend = engines[name]
    return backend === undefined ? [] : [{ name, backend }]
  })
  const looks = await Promise.all(
    order.map(async each => ({
      ...each,
      availability: await each.backend.check(request),
      models: await each.backend.listModels(),
    })),
  )
  const used = usedOf(looks, request.model?.name ?? null)
  return looks.map(look => describe(look, used))
}

type Look = Candidate & { readonly backend: SpeechBackend; readonly models: readonly string[] | null }

/** null: none can do it. */
function usedOf(looks: readonly Look[], wanted: string | null): EngineName | null {
  try {
    return chooseEngine(looks, wanted).chosen.name
  } catch (thrown) {
    if (thrown instanceof RelayError) return null
    throw thrown
  }
}

function describe({ name, availability, models }: Look, used: EngineName | null): EngineDiagnosis {
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
    ...{ reason: whyNotUsed(availability, isUsed ? null : used), hint: null },
  }
}

function whyNotUsed(
  { warning }: Extract<Availability, { kind: 'ready' }>,
  used: EngineName | null,
): string | null {
  const better = used === null ? [] : [`${used} goes before it`]
  const reasons = [...(warning === undefined ? [] : [warning]), ...better]
  return reasons.length === 0 ? null : reasons.join('; ')
}
