import { RelayError } from '../../base/errors.ts'
import { nearestName } from '../../base/nearest.ts'
import { runChecks } from '../../provision/doctor/check.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { readSituation } from '../doctor/situation.ts'
import { checksOf, type Topic, topics } from '../doctor/topics.ts'
import { countFindings, exitCodeOf, findingFields, findingRecord, writeFindings } from '../findings.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'

export type DoctorOptions =
  | {
      readonly kind: 'examine'
      /** Empty: all of them. */
      readonly topics: readonly Topic[]
      readonly fix: boolean
      readonly json: JsonFields
    }
  /** The engines one by one. */
  | { readonly kind: 'speech'; readonly json: JsonFields }

/** What is wrong with repository, fleet, queue and this machine, and what mends it. Ends with 1 where there is a problem. */
export const doctor = command<DoctorOptions>({
  define: command => {
    command
      .argument('[topics...]', `only these: ${topics.map(({ name }) => name).join(', ')}`)
      .option('--fix', 'run what mends it, where that is safe, and look again')
    addBrokerOptions(command)
    addJsonOption(command, findingFields)
  },
  parse: (names, flags) => {
    const fix = flags['fix'] === true
    if (names.length === 1 && names[0] === 'speech' && !fix) {
      return { kind: 'speech', json: parseJsonFields(flags, [...engineFields]) }
    }
    return {
      kind: 'examine',
      topics: names.map(requireTopic),
      fix,
      json: parseJsonFields(flags, findingFields),
    }
  },
  run: async (options, context) => {
    if (options.kind === 'speech') {
      const { showSpeech } = await import('../doctor/speech-table.ts')
      return showSpeech(context, options.json)
    }
    return examine(options, context)
  },
})

/** Of `relayq doctor speech`, whose subject is not findings. */
const engineFields = ['engine', 'state', 'place', 'version', 'models', 'model', 'reason', 'mend'] as const

async function examine(
  { topics: asked, fix, json }: Extract<DoctorOptions, { kind: 'examine' }>,
  context: Context,
): Promise<number> {
  const situation = await readSituation(context, asked.length > 0)
  const chosen = asked.length === 0 ? topics : asked
  const look = async () => runChecks(await checksOf(chosen, context, situation))
  const first = await look()
  const findings = fix && (await mend(first, context)) ? await look() : first
  if (json) writeJson(context.streams, findings.map(findingRecord), json)
  else {
    writeFindings(context.streams, findings)
    context.say(countFindings(findings))
  }
  return exitCodeOf(findings)
}

/** Whether anything was done. */
async function mend(findings: Awaited<ReturnType<typeof runChecks>>, context: Context): Promise<boolean> {
  const { applyMends } = await import('../doctor/apply-mends.ts')
  return (await applyMends(findings, context)) > 0
}

function requireTopic(name: string): Topic {
  const found = topics.find(topic => topic.name === name)
  if (found) return found
  const names = topics.map(topic => topic.name)
  const nearest = nearestName(name, names)
  throw new RelayError('usage', `doctor knows nothing of ${JSON.stringify(name)}.`, {
    hint: nearest ? `Did you mean: relayq doctor ${nearest}` : `It knows: ${names.join(', ')}.`,
  })
}
