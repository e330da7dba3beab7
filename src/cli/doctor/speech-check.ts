import { diagnoseSpeech, type EngineDiagnosis } from '../../jobs/diagnose-speech.ts'
import { usualProgramFolders } from '../../jobs/program-folders.ts'
import type { Check } from '../../provision/doctor/check.ts'
import { type Finding, manualMend, ok, problem } from '../../provision/doctor/finding.ts'
import { speechInstall } from '../../provision/packages.ts'
import { loadNodeConfig } from '../node-config.ts'

const name = 'speech'

/** Whether a job that names no engine would find one here. */
export function speechCheck(env: NodeJS.ProcessEnv): Check {
  return {
    name,
    timeoutMs: 20_000,
    look: async () => [judgeSpeech(await diagnoseMachineSpeech(env), process.platform)],
  }
}

/** By this machine's own settings. Throws `invalid_config`. */
export async function diagnoseMachineSpeech(env: NodeJS.ProcessEnv): Promise<readonly EngineDiagnosis[]> {
  return diagnoseSpeech(await loadNodeConfig(env), env, usualProgramFolders(env))
}

export function judgeSpeech(engines: readonly EngineDiagnosis[], platform: NodeJS.Platform): Finding {
  const used = engines.find(({ state }) => state === 'used')
  if (used) {
    const model = used.model === null ? '' : ` with the model ${used.model}`
    return ok(name, `${used.engine}${model}`, used.place)
  }
  const wanted = mostLikely(engines)
  const because = wanted ? `; ${wanted.engine}: ${wanted.reason ?? 'unknown reason'}` : ''
  return problem(name, `no speech engine of this machine can do a job${because}`, {
    why: `every job of kind transcribe that comes here fails${wanted?.hint ? `. ${wanted.hint}` : ''}`,
    mend: manualMend(wanted ? mendOf(wanted, platform) : 'relayq doctor speech'),
  })
}

/** The one that is nearly there, else the one that a job asks for first. */
function mostLikely(engines: readonly EngineDiagnosis[]): EngineDiagnosis | undefined {
  return engines.find(({ state, place }) => state === 'unavailable' && place !== null) ?? engines[0]
}

/** Which key a service wants, and which program is easily installed. */
function mendOf({ engine, place, hint }: EngineDiagnosis, platform: NodeJS.Platform): string {
  if (engine === 'openai') return 'relayq runner env set OPENAI_API_KEY'
  if (engine === 'router') return 'relayq runner env set OPENROUTER_API_KEY'
  if (place !== null) return /(relayq models pull \S+)/.exec(hint ?? '')?.[1] ?? 'relayq doctor speech'
  const simplest = platform === 'darwin' ? 'whisper-cli' : 'pocketsphinx'
  return speechInstall(simplest, platform) ?? 'relayq doctor speech'
}
