import { errorCodes, RelayError } from '../../base/errors.ts'
import { nearestName } from '../../base/nearest.ts'
import { type FailureClass, failureClasses } from '../../model/failure.ts'
import { deadStates } from '../../model/job.ts'
import type { Queue } from '../../queue/queue.ts'
import type { RetryOutcome } from '../../queue/retry-job.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command, type Flags } from '../command.ts'
import type { Context } from '../context.ts'
import { worstOf } from '../exit-code.ts'
import { addWaitOption, followEach } from '../follow.ts'
import { choiceOption, parseText } from '../option-values.ts'
import { reportError } from '../report-error.ts'
import { keptInWords, stateInWords } from '../state-words.ts'
import { type Times, timesSaid } from '../times.ts'

type Chosen =
  | { readonly ids: readonly string[] }
  | {
      readonly ids: null
      readonly failure: FailureClass | null
      readonly kind: string | null
      readonly batch: string | null
    }

export type RetryOptions = Chosen & { readonly wait: boolean }

/** So many dead jobs are put back by one command. */
const most = 1_000

/** Puts dead jobs back, and prints the id of each. One that cannot be retried does not keep the others from it. */
export const retry = command<RetryOptions>({
  define: command => {
    addWaitOption(addBrokerOptions(command))
      .argument('[ids...]', 'job ids, run ids or run URLs')
      .option('--dead', 'every job that failed or expired')
      .addOption(choiceOption('--failure <class>', 'of those, only the ones that failed so', failureNames))
      .option('--kind <kind>', 'of those, only the ones of this kind')
      .option('--batch <name>', 'of those, only the ones of this batch')
  },
  parse: (ids, flags) => {
    const [failure, kind] = [parseFailure(flags), parseText('--kind', flags['kind'])]
    const batch = parseText('--batch', flags['batch'])
    const wait = flags['wait'] === true
    if (flags['dead'] === true && ids.length === 0) return { ids: null, failure, kind, batch, wait }
    const isNarrowed = [failure, kind, batch].some(value => value !== null)
    if (flags['dead'] !== true && ids.length > 0 && !isNarrowed) return { ids, wait }
    throw new RelayError('usage', 'Give the jobs to retry, or --dead for all that failed or expired.', {
      hint: 'relayq retry JOB, relayq retry --dead --failure lost_runner, or relayq retry --dead --batch NAME',
    })
  },
  run: async (options, context) => {
    const queue = await (await context.relayq()).queue({ willRoute: true })
    const ids = options.ids ?? listDead(options, queue)
    if (ids.length === 0) context.say('no such job is dead')
    const taken = options.ids ? ids : ids.slice(0, most)
    const { exitCode, active } = await retryEach(taken, queue, context)
    if (ids.length > taken.length)
      context.say(`these were ${most}, and there are more: do it again for the next`)
    const ended = options.wait ? await followEach(queue, active, context) : 0
    return worstOf([exitCode, ended])
  },
})

const failureNames = Object.keys(failureClasses)

function parseFailure(flags: Flags): FailureClass | null {
  const word = parseText('--failure', flags['failure'])
  if (word === null || Object.hasOwn(failureClasses, word)) return word as FailureClass | null
  const nearest = nearestName(word, failureNames)
  throw new RelayError('usage', `There is no failure "${word}".`, {
    hint: nearest ? `Did you mean ${nearest}?` : `Failures: ${failureNames.join(', ')}.`,
  })
}

/** Oldest first, so that they go out in the order they came in; those started elsewhere cannot be retried. */
function listDead({ failure, kind, batch }: Extract<Chosen, { ids: null }>, queue: Queue): readonly string[] {
  const only = { ...(failure ? { failure } : {}), ...(kind ? { kind } : {}), ...(batch ? { batch } : {}) }
  const dead = queue.list({ states: deadStates, ...only, limit: most + 1 })
  return dead.flatMap(({ id, source }) => (source === 'adopted' ? [] : [id])).toReversed()
}

/** `active`: the jobs that are to end yet, put back or never dead. */
async function retryEach(
  ids: readonly string[],
  queue: Queue,
  context: Context,
): Promise<{ readonly exitCode: number; readonly active: readonly string[] }> {
  const exitCodes: number[] = []
  const active: string[] = []
  for (const id of new Set(ids)) {
    try {
      const outcome = await queue.retry(id)
      const words = inWords(id, outcome, timesSaid(context.streams))
      if (words !== null) context.say(words)
      if (outcome.kind === 'retried') context.streams.out.write(`${outcome.job.id}\n`)
      if (outcome.kind === 'replaced') exitCodes.push(errorCodes.job_failed)
      else active.push(outcome.job.id)
    } catch (thrown) {
      exitCodes.push(reportError(thrown, context.streams, context.env))
    }
  }
  return { exitCode: worstOf(exitCodes), active }
}

/** null: it went out, and its id says all. */
function inWords(id: string, outcome: RetryOutcome, times: Times): string | null {
  switch (outcome.kind) {
    case 'retried':
      return outcome.unsent && `${id} is ${keptInWords(outcome.unsent, times)}`
    case 'not_dead':
      return `${id} is not dead: it ${stateInWords(outcome.job.state)}`
    case 'replaced':
      return `${id} is not retried: the same work was submitted again as ${outcome.by.id}, which ${stateInWords(outcome.by.state)}`
  }
}
