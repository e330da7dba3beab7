import { RelayError } from '../../base/errors.ts'
import { loadConfig } from '../../config/load.ts'
import { findPaths } from '../../config/paths.ts'
import { speechKeys } from '../../config/speech-keys.ts'
import type { NodeConfig } from '../../jobs/context.ts'
import { diagnoseSpeech, type EngineDiagnosis } from '../../jobs/diagnose-speech.ts'
import { usualProgramFolders } from '../../jobs/program-folders.ts'
import { requireFetchUsable } from '../../jobs/require-usable.ts'
import type { Check } from '../../provision/doctor/check.ts'
import { type Finding, manualMend, ok, problem, warning } from '../../provision/doctor/finding.ts'
import { speechInstall } from '../../provision/packages.ts'
import { nodeConfigOf } from '../node-config.ts'

const name = 'speech'

/** Whether a job that names no engine would find one here. */
export function speechCheck(env: NodeJS.ProcessEnv): Check {
  return {
    name,
    timeoutMs: 20_000,
    look: async () => {
      try {
        const { engines, ofKeys, ofFetching } = await diagnoseMachineSpeech(env)
        const unusable = ofFetching === null ? [] : [unreadable(ofFetching)]
        return [judgeSpeech(engines, process.platform), ...unusable, ...ofKeys.map(unusedKey)]
      } catch (thrown) {
        if (thrown instanceof RelayError && thrown.code === 'invalid_config') return [unreadable(thrown)]
        throw thrown
      }
    },
  }
}

interface MachineSpeech {
  readonly engines: readonly EngineDiagnosis[]
  /** What is doubtful in the settings, one line each: of the keys, and of the file they stand in. */
  readonly ofKeys: readonly string[]
  readonly ofFile: readonly string[]
  /** Why no job could bring a recording here; null: it could. */
  readonly ofFetching: RelayError | null
}

/** By this machine's own settings. Throws `invalid_config` for one without which no engine can be chosen. */
export async function diagnoseMachineSpeech(env: NodeJS.ProcessEnv): Promise<MachineSpeech> {
  const paths = findPaths(env)
  const config = await loadConfig({ env, paths, checkout: null })
  const nodeConfig = nodeConfigOf(config, paths)
  return {
    engines: await diagnoseSpeech(nodeConfig, env, usualProgramFolders(env)),
    ofKeys: speechKeys(config).warnings,
    ofFile: config.warnings,
    ofFetching: unusableForFetching(nodeConfig),
  }
}

function unusableForFetching(config: NodeConfig): RelayError | null {
  try {
    requireFetchUsable(config)
    return null
  } catch (thrown) {
    if (thrown instanceof RelayError && thrown.code === 'invalid_config') return thrown
    throw thrown
  }
}

function unusedKey(what: string): Finding {
  const setting = what.split(' ')[0] ?? ''
  return warning(name, what, {
    why: 'its service is asked with another key, or not at all',
    mend: manualMend(`relayq runner env set ${setting}`),
  })
}

function unreadable(error: RelayError): Finding {
  return problem(name, error.message.replace(/\.$/, ''), {
    why: `a job that needs it fails${error.hint === null ? '' : `. ${error.hint}`}`,
  })
}

export function judgeSpeech(engines: readonly EngineDiagnosis[], platform: NodeJS.Platform): Finding {
  const used = engines.find(({ state }) => state === 'used')
  if (used) {
    const model = used.model === null ? '' : ` with the model ${used.model}`
    if (used.reason === null) return ok(name, `${used.engine}${model}`, used.place)
    return warning(name, `${used.engine}${model}: ${used.reason}`, {
      why: 'jobs are done, and not as they were meant to be, or not for long',
      where: used.place,
    })
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
