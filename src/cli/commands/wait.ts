import { counted } from '../../base/counted.ts'
import { RelayError } from '../../base/errors.ts'
import type { Queue } from '../../queue/queue.ts'
import { type Subject, subjectId } from '../../queue/subject.ts'
import { addBrokerOptions } from '../broker-options.ts'
import {
  addChosenJobs,
  type ChosenJobs,
  chosenInWords,
  idsOf,
  onlyOne,
  parseChosenJobs,
} from '../chosen-jobs.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { endWith, explainEnd, tellWarningsLeft } from '../end-of-subject.ts'
import { EventPrinter } from '../event-printer.ts'
import { worstOf } from '../exit-code.ts'
import { howToComeBack, tellWhenLeft } from '../follow.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'
import { parseWhole } from '../option-values.ts'
import { reportError } from '../report-error.ts'
import { stateInWords } from '../state-words.ts'
import { printable } from '../streams.ts'
import { endInWords, exitCodeOfSubject, stateOfSubject, subjectFields, subjectRecord } from '../subject.ts'

export interface WaitOptions {
  readonly chosen: ChosenJobs
  /** null: for ever. */
  readonly timeoutMs: number | null
  readonly json: JsonFields
}

/**
 * Waits for the end of a job or run, prints its last state, and ends as it ended, or with 5 after the timeout. Of several it
 * prints a line for each as it ends, and ends as the worst of them.
 */
export const wait = command<WaitOptions>({
  define: command => {
    addChosenJobs(addBrokerOptions(command)).option('--timeout <seconds>', 'wait no longer than this')
    addJsonOption(command, subjectFields)
  },
  parse: (ids, flags) => ({
    chosen: parseChosenJobs('wait', ids, flags),
    timeoutMs:
      flags['timeout'] === undefined ? null : parseWhole('--timeout', flags['timeout'], 0, 31_536_000) * 1000,
    json: parseJsonFields(flags, subjectFields),
  }),
  run: async (options, context) => {
    const queue = await (await context.relayq()).queue()
    const id = onlyOne(options.chosen)
    return id === null ? waitForSeveral(options, queue, context) : waitForOne(id, options, queue, context)
  },
})

async function waitForOne(
  id: string,
  { timeoutMs, json }: WaitOptions,
  queue: Queue,
  context: Context,
): Promise<number> {
  const printer = new EventPrinter(context.streams, { log: false })
  using _ = tellWhenLeft(howToComeBack(id), context, printer)
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
    { hint: `See why with: relayq view ${id}` },
  )
}

async function waitForSeveral(
  { chosen, timeoutMs, json }: WaitOptions,
  queue: Queue,
  context: Context,
): Promise<number> {
  const ids = idsOf(chosen, queue)
  const words = chosenInWords(chosen)
  using _ = tellWhenLeft(`the jobs go on; come back to them with: relayq wait ${words}`, context)
  const ended: Subject[] = []
  const unseen: Subject[] = []
  const pending: Subject[] = []
  const exitCodes: number[] = []
  const outcomes = queue.waitEach(ids, {
    ...(timeoutMs === null ? {} : { timeoutMs }),
    signal: context.closed,
    onBegin: ({ length }) => context.say(`waiting for ${counted(length, 'job')}`),
  })
  for await (const outcome of outcomes) {
    const { subject } = outcome
    if (outcome.kind === 'still_pending') {
      pending.push(subject)
      continue
    }
    if (outcome.kind === 'out_of_sight') {
      unseen.push(subject)
      exitCodes.push(tellUnseen(subject, outcome.error, context))
      continue
    }
    ended.push(subject)
    if (json === null) context.streams.out.write(`${endInWords(subject, context.streams)}\n`)
    exitCodes.push(await tellEnd(subject, queue, context))
  }
  const known = [...ended, ...unseen, ...pending]
  if (json) writeJson(context.streams, known.map(subjectRecord), json)
  if (pending.length > 0) throw notOver(pending.length, known.length, chosen)
  if (context.streams.errIsTTY && exitCodes.includes(0))
    context.say(`have their results with: relayq result ${words} -o FOLDER/`)
  return worstOf(exitCodes)
}

/** Of one among several: what to know of its result, or which it is that failed, why, and what mends it. */
async function tellEnd(subject: Subject, queue: Queue, context: Context): Promise<number> {
  if (exitCodeOfSubject(subject) === 0) {
    await tellWarningsLeft(subject, queue, context, 'several')
    return 0
  }
  const reason = subject.kind === 'job' ? subject.job.reason : null
  const why = reason === null ? '' : `: ${reason}`
  context.say(printable(`${subjectId(subject)} ${stateInWords(stateOfSubject(subject))}${why}`))
  return explainEnd(subject, queue, context)
}

/** Of one that could not be looked at any more: which it is, and why. */
function tellUnseen(subject: Subject, error: RelayError, context: Context): number {
  const { code, message, hint } = error
  const named = new RelayError(code, `${subjectId(subject)} is out of sight: ${message}`, {
    ...(hint === null ? {} : { hint }),
    cause: error,
  })
  return reportError(named, context.streams, context.env)
}

function notOver(pending: number, count: number, chosen: ChosenJobs): RelayError {
  const list = chosen.kind === 'batch' ? chosenInWords(chosen) : '--state pending,queued,running'
  const are = pending === 1 ? 'is' : 'are'
  return new RelayError('still_pending', `${pending} of ${counted(count, 'job')} ${are} not over yet.`, {
    hint: `See where they are with: relayq list ${list}`,
  })
}
