import { RelayError } from '../../base/errors.ts'
import { diagnoseSpeech, type EngineDiagnosis } from '../../jobs/diagnose-speech.ts'
import { usualProgramFolders } from '../../jobs/program-folders.ts'
import { speechInstall } from '../../provision/packages.ts'
import { command } from '../command.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'
import { loadNodeConfig } from '../node-config.ts'
import { printable } from '../streams.ts'

export interface DoctorOptions {
  readonly json: JsonFields
}

const fields = ['engine', 'state', 'place', 'version', 'models', 'model', 'reason', 'mend'] as const

/** What this machine can do and what it lacks, with the command that mends each. Ends with 1 when it cannot do its work. */
export const doctor = command<DoctorOptions>({
  define: command => {
    command.argument('<topic>', 'speech: its engines and their models')
    addJsonOption(command, fields)
  },
  parse: ([topic = ''], flags) => {
    if (topic !== 'speech') {
      throw new RelayError('usage', `doctor knows nothing of ${JSON.stringify(topic)}.`, {
        hint: 'relayq doctor speech',
      })
    }
    return { json: parseJsonFields(flags, fields) }
  },
  run: async ({ json }, context) => {
    const config = await loadNodeConfig(context.env)
    const found = await diagnoseSpeech(config, context.env, usualProgramFolders(context.env))
    const engines = found.map(withMend)
    if (json) {
      writeJson(
        context.streams,
        engines.map(engine => ({ ...engine })),
        json,
      )
    } else {
      const width = Math.max(...engines.map(({ engine }) => engine.length))
      for (const engine of engines) context.streams.out.write(describe(engine, width))
    }
    if (engines.some(({ state }) => state === 'used')) return 0
    context.say('no speech engine of this machine can do a job')
    return 1
  },
})

interface MendedDiagnosis extends Omit<EngineDiagnosis, 'hint'> {
  readonly mend: string | null
}

/** For a program that is missing, the command for this system; for all else what the engine itself says. */
function withMend({ hint, ...diagnosis }: EngineDiagnosis): MendedDiagnosis {
  const isMissing = diagnosis.state === 'unavailable' && diagnosis.place === null
  return {
    ...diagnosis,
    mend: isMissing ? (speechInstall(diagnosis.engine, process.platform) ?? hint) : hint,
  }
}

const states = { used: 'used', ready: 'could be used', unavailable: 'cannot be used' } as const

function describe(engine: MendedDiagnosis, width: number): string {
  const { state, reason, model, version, place, models, mend } = engine
  const lines = [
    `${engine.engine.padEnd(width)}  ${states[state]}${reason === null ? '' : `: ${reason}`}`,
    ...(model === null ? [] : [`with the model ${model}`]),
    ...(place === null ? [] : [`at ${place}${version === null ? '' : `, version ${version}`}`]),
    ...(models === null || models.length === 0 ? [] : [`has ${models.join(', ')}`]),
    ...(mend === null ? [] : [`to mend it: ${mend}`]),
  ]
  return `${printable(lines.join(`\n${' '.repeat(width + 2)}`))}\n`
}
