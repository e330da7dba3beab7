import { RelayError } from '../../base/errors.ts'
import { explainDecision } from '../../policy/explain.ts'
import type { SubmitOutcome } from '../../queue/submit.ts'
import { addBrokerOptions, addRefOption } from '../broker-options.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { followToEnd } from '../follow.ts'
import { parseInputs } from '../inputs.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'
import { parseText, parseWhole } from '../option-values.ts'
import { stateInWords } from '../state-words.ts'
import { jobRecord, subjectFields } from '../subject.ts'

export interface SubmitOptions {
  readonly kind: string
  readonly inputs: Readonly<Record<string, string>>
  readonly key: string | null
  readonly isNew: boolean
  readonly pin: string | null
  readonly priority: number
  readonly wait: boolean
  readonly dryRun: boolean
  readonly verbose: boolean
  readonly json: JsonFields
}

/** A tracked job: exactly its id on stdout, all else on stderr. */
export const submit = command<SubmitOptions>({
  define: command => {
    addRefOption(addBrokerOptions(command))
      .argument('<kind>', 'what to do, such as transcribe')
      .argument('[inputs...]', 'its inputs, as name=value')
      .option('--key <key>', 'two submits with the same key are the same job')
      .option('--new', 'a new job, even where the same one is active or done')
      .option('--pin <runner>', 'the runner or label it must go to')
      .option('--priority <number>', 'kept with the job: higher matters more', '0')
      .option('-w, --wait', 'stay until it is over, and end as it ended')
      .option('-n, --dry-run', 'decide and say so, and submit nothing')
      .option('-v, --verbose', 'say why this machine was chosen')
    addJsonOption(command, subjectFields)
  },
  parse: ([kind = '', ...inputs], flags) => {
    if (kind.includes('=')) {
      throw new RelayError('usage', `The kind of job comes first, not "${kind}".`, {
        hint: 'relayq submit transcribe url=https://example.com/a.mp3',
      })
    }
    return {
      kind,
      inputs: parseInputs(inputs),
      key: parseText('--key', flags['key']),
      isNew: flags['new'] === true,
      pin: parseText('--pin', flags['pin']),
      priority: parseWhole('--priority', flags['priority'], -1000, 1000),
      wait: flags['wait'] === true,
      dryRun: flags['dryRun'] === true,
      verbose: flags['verbose'] === true,
      json: parseJsonFields(flags, subjectFields),
    }
  },
  run: async (options, context) => {
    const queue = await (await context.relayq()).queue({ willRoute: true })
    const outcome = await queue.submit(options)
    explain(outcome, options.verbose || options.dryRun, context)
    if (outcome.kind === 'dry_run') return 0
    const { job } = outcome
    if (options.json) writeJson(context.streams, jobRecord(job), options.json)
    else context.streams.out.write(`${job.id}\n`)
    return options.wait ? followToEnd(queue, job.id, { log: false }, context) : 0
  },
})

function explain(outcome: SubmitOutcome, fully: boolean, context: Context): void {
  if (outcome.kind === 'duplicate') {
    context.say(`the same job ${stateInWords(outcome.job.state)}; --new submits another`)
    return
  }
  if (outcome.kind === 'dry_run' && outcome.duplicateOf) {
    context.say(
      `would answer with ${outcome.duplicateOf.id}, which ${stateInWords(outcome.duplicateOf.state)}`,
    )
  }
  // A job that must not start yet was decided on, and not sent.
  if (outcome.kind === 'created' && !outcome.decision && outcome.job.reason) context.say(outcome.job.reason)
  const reasons = outcome.decision ? explainDecision(outcome.decision) : []
  for (const line of fully ? reasons : reasons.slice(0, 1)) context.say(line)
}
