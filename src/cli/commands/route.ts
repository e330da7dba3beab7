import { explainDecision } from '../../policy/explain.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import { addJobArguments, parseInputs } from '../inputs.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'
import { parseSwitch, parseText } from '../option-values.ts'

export interface RouteOptions {
  readonly kind: string
  readonly inputs: Readonly<Record<string, string>>
  readonly pin: string | null
  /** null: as is usual here. */
  readonly encrypt: boolean | null
  readonly json: JsonFields
}

const fields = [
  ...['label', 'runsOn', 'hosted', 'outcome', 'step', 'steps', 'queueTimeoutSeconds', 'notBefore'],
  ...['expectedFinish', 'maxSizeMb', 'timeoutMinutes', 'verify', 'candidates', 'summary'],
]

/** The decision as it would be taken now, with every rejection; nothing is submitted. */
export const route = command<RouteOptions>({
  define: command => {
    addBrokerOptions(addJobArguments(command))
      .option('--pin <runner>', 'the runner or label it must go to')
      .option('--encrypt', 'only machines whose key is known can read the file that is sent along')
      .option('--no-encrypt', 'it is sent as it is, also where relayq.yaml says encrypt: true')
    addJsonOption(command, fields)
  },
  parse: ([kind = '', ...inputs], flags) => ({
    kind,
    inputs: parseInputs(inputs, { bareName: 'file' }),
    pin: parseText('--pin', flags['pin']),
    encrypt: parseSwitch(flags['encrypt']),
    json: parseJsonFields(flags, fields),
  }),
  run: async ({ kind, inputs, pin, encrypt, json }, context) => {
    const queue = await (await context.relayq()).queue({ willRoute: true })
    const decision = await queue.route({ kind, inputs, pin, encrypt })
    if (json) writeJson(context.streams, decision, json)
    else context.streams.out.write(`${explainDecision(decision).join('\n')}\n`)
    return 0
  },
})
