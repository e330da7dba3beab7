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
  const nearest = engines.find(({ place }) => place !== null) ?? engines[0]
  const reason = nearest ? `; ${nearest.engine}: ${nearest.reason ?? 'unknown reason'}` : ''
  const install = nearest && nearest.place === null ? speechInstall(nearest.engine, platform) : nearest?.hint
  return problem(name, `no speech engine of this machine can do a job${reason}`, {
    why: 'every job of kind transcribe that comes here fails',
    mend: manualMend(install ?? 'relayq doctor speech'),
  })
}
