import { RelayError } from '../../base/errors.ts'
import { listed } from '../../base/listed.ts'
import type { LedgerJob } from '../../ledger/records.ts'
import { parseRelayedFile } from '../../model/relayed-file.ts'
import { explainDecision } from '../../policy/explain.ts'
import type { SubmitNotice, SubmitOutcome } from '../../queue/submit.ts'
import { addBrokerOptions, addRefOption } from '../broker-options.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { addWaitOption, followEach } from '../follow.ts'
import { addJobArguments, parseInputs } from '../inputs.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'
import { collect, parseSwitch, parseText, parseTexts, parseWhole } from '../option-values.ts'
import { parseStart, type StartTime, startOf } from '../start-time.ts'
import { keptInWords, stateInWords } from '../state-words.ts'
import { jobRecord, subjectFields } from '../subject.ts'
import { timesSaid } from '../times.ts'

export interface SubmitOptions {
  readonly kind: string
  readonly inputs: Readonly<Record<string, string>>
  readonly key: string | null
  readonly isNew: boolean
  readonly pin: string | null
  readonly priority: number
  /** Ids of jobs that must have succeeded before. */
  readonly after: readonly string[]
  /** null: at once. */
  readonly start: StartTime | null
  readonly batch: string | null
  /** null: as is usual here. */
  readonly encrypt: boolean | null
  readonly wait: boolean
  readonly dryRun: boolean
  readonly verbose: boolean
  readonly json: JsonFields
}

/** A tracked job: exactly its id on stdout, all else on stderr. */
export const submit = command<SubmitOptions>({
  define: command => {
    addRefOption(addBrokerOptions(addJobArguments(command)))
      .option('--key <key>', 'two submits with the same key are the same job')
      .option('--new', 'a new job, even where the same one is active or done')
      .option('--pin <runner>', 'the runner or label it must go to')
      .option('--priority <number>', 'higher goes first where relayq supervise sends the jobs', '0')
      .option('--after <job>', 'only once this job has succeeded, repeatable', collect)
      .option('--at <time>', 'not before then: 22:30, or ISO 8601 such as 2026-12-31T22:30')
      .option('--in <duration>', 'not before so long from now, such as 30m or 8h')
      .option('--batch <name>', 'the batch it is of: batches take turns')
      .option('--encrypt', 'encrypt the file that is sent along, for the machines that may do the job')
      .option('--no-encrypt', 'send it as it is, also where relayq.yaml says encrypt: true')
      .option('-n, --dry-run', 'decide and say so, and submit nothing')
      .option('-v, --verbose', 'say why this machine was chosen')
    addJsonOption(addWaitOption(command), subjectFields)
  },
  parse: ([kind = '', ...inputs], flags) => {
    if (kind.includes('=')) {
      throw new RelayError('usage', `The kind of job comes first, not "${kind}".`, {
        hint: 'relayq submit transcribe url=https://example.com/a.mp3',
      })
    }
    return {
      kind,
      inputs: parseInputs(inputs, { bareName: 'file' }),
      key: parseText('--key', flags['key']),
      isNew: flags['new'] === true,
      pin: parseText('--pin', flags['pin']),
      priority: parseWhole('--priority', flags['priority'], -1000, 1000),
      after: parseTexts('--after', flags['after']),
      start: parseStart(flags),
      batch: parseText('--batch', flags['batch']),
      encrypt: parseSwitch(flags['encrypt']),
      wait: flags['wait'] === true,
      dryRun: flags['dryRun'] === true,
      verbose: flags['verbose'] === true,
      json: parseJsonFields(flags, subjectFields),
    }
  },
  run: async ({ start, ...options }, context) => {
    const queue = await (await context.relayq()).queue({ willRoute: true })
    const notBefore = start && startOf(start, new Date())
    const tell = (notice: SubmitNotice) => context.say(noticeInWords(notice, options.inputs))
    const outcome = await queue.submit({ ...options, notBefore, tell })
    explain(outcome, options.verbose || options.dryRun, context)
    if (outcome.kind === 'dry_run') return 0
    const { job } = outcome
    if (options.json) writeJson(context.streams, jobRecord(job), options.json)
    else context.streams.out.write(`${job.id}\n`)
    return options.wait ? followEach(queue, [job.id], context) : 0
  },
})

function noticeInWords(notice: SubmitNotice, { file, result }: SubmitOptions['inputs']): string {
  if (notice.kind === 'file_is_sent') return `${file || result} is sent along`
  if (notice.kind === 'path_not_lent') {
    const said = `${listed(notice.machines, 6)} lent jobs no folder with it when last at work`
    return `${notice.path}: ${said}; on the machine that has it: relayq runner env set RELAYQ_INPUT_ROOTS=/FOLDER`
  }
  return notice.isCommitted
    ? `${notice.place} runs as the queue has it, which is not as it is here: push it, or pull`
    : `${notice.place} runs as it was committed: what you changed here is not`
}

function isEncrypted({ inputs }: LedgerJob): boolean {
  return parseRelayedFile(String(inputs['file'] ?? ''))?.isEncrypted ?? false
}

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
  const reasons = outcome.decision ? explainDecision(outcome.decision) : []
  for (const line of fully ? reasons : reasons.slice(0, 1)) context.say(line)
  if (outcome.kind === 'created' && isEncrypted(outcome.job))
    context.say('the file went encrypted; the result comes back through the broker as it is')
  if (outcome.kind === 'created' && outcome.unsent)
    context.say(keptInWords(outcome.unsent, timesSaid(context.streams)))
}
