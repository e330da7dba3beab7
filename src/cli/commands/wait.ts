import { RelayError } from '../../base/errors.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import { endWith } from '../end-of-subject.ts'
import { EventPrinter } from '../event-printer.ts'
import { tellWhenLeft } from '../follow.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'
import { parseWhole } from '../option-values.ts'
import { stateInWords } from '../state-words.ts'
import { stateOfSubject, subjectFields, subjectRecord } from '../subject.ts'

export interface WaitOptions {
  readonly id: string
  /** null: for ever. */
  readonly timeoutMs: number | null
  readonly json: JsonFields
}

/** Waits for the end of a job or run, prints its last state, and ends as it ended, or with 5 after the timeout. */
export const wait = command<WaitOptions>({
  define: command => {
    addBrokerOptions(command)
      .argument('<id>', 'job id, run id or run URL')
      .option('--timeout <seconds>', 'wait no longer than this')
    addJsonOption(command, subjectFields)
  },
  parse: ([id = ''], flags) => ({
    id,
    timeoutMs:
      flags['timeout'] === undefined ? null : parseWhole('--timeout', flags['timeout'], 0, 31_536_000) * 1000,
    json: parseJsonFields(flags, subjectFields),
  }),
  run: async ({ id, timeoutMs, json }, context) => {
    const queue = await (await context.relayq()).queue()
    const printer = new EventPrinter(context.streams, { log: false })
    using _ = tellWhenLeft(id, printer, context)
    const outcome = await queue.wait(id, {
      ...(timeoutMs === null ? {} : { timeoutMs }),
      signal: context.closed,
      onEvent: event => printer.print(event),
    })
    if (json) writeJson(context.streams, subjectRecord(outcome.subject), json)
    else context.streams.out.write(`${stateOfSubject(outcome.subject)}\n`)
    if (outcome.kind === 'finished') return endWith(outcome.subject, queue, context)
    throw new RelayError(
      'still_pending',
      `${id} is not over yet: it ${stateInWords(stateOfSubject(outcome.subject))}.`,
      {
        hint: `See why with: relayq view ${id}`,
      },
    )
  },
})
