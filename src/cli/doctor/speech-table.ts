import type { EngineDiagnosis } from '../../jobs/diagnose-speech.ts'
import { speechInstall } from '../../provision/packages.ts'
import type { Context } from '../context.ts'
import { type JsonFields, writeJson } from '../json-output.ts'
import { printable } from '../streams.ts'
import { diagnoseMachineSpeech } from './speech-check.ts'

/** Every speech engine of this machine by itself. Ends with 1 when none can do a job, or none could get its recording. */
export async function showSpeech(context: Context, json: JsonFields): Promise<number> {
  const { engines: found, ofFile, ofKeys, ofFetching } = await diagnoseMachineSpeech(context.env)
  for (const doubt of [...ofFile, ...ofKeys]) context.say(doubt)
  if (ofFetching !== null) context.say([ofFetching.message, ofFetching.hint].filter(Boolean).join(' '))
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
  if (engines.some(({ state }) => state === 'used')) return ofFetching === null ? 0 : 1
  context.say('no speech engine of this machine can do a job')
  return 1
}

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
