import { isFinalJobState, jobStates } from '../../model/job.ts'
import type { CancelOutcome } from '../../queue/cancel.ts'
import type { Queue } from '../../queue/queue.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { addChosenJobs, type ChosenJobs, idsOf, parseChosenJobs } from '../chosen-jobs.ts'
import { command } from '../command.ts'
import { worstOf } from '../exit-code.ts'
import { reportError } from '../report-error.ts'
import { stateInWords } from '../state-words.ts'
import { stateOfSubject } from '../subject.ts'

export interface CancelOptions {
  readonly chosen: ChosenJobs
}

/** Ends jobs or runs; doing it again changes nothing. One that cannot be ended does not keep the others from it. */
export const cancel = command<CancelOptions>({
  define: command => {
    addChosenJobs(addBrokerOptions(command))
  },
  parse: (ids, flags) => ({ chosen: parseChosenJobs('cancel', ids, flags) }),
  run: async ({ chosen }, context) => {
    const queue = await (await context.relayq()).queue()
    const exitCodes: number[] = []
    const ids = openIdsOf(chosen, queue)
    if (ids.length === 0) context.say('every job of the batch is over')
    for (const id of ids) {
      try {
        context.say(inWords(id, await queue.cancel(id)))
      } catch (thrown) {
        exitCodes.push(reportError(thrown, context.streams, context.env))
      }
    }
    return worstOf(exitCodes)
  },
})

/** Of a batch, what is over already is no news. The newest first: those that would be sent next need no end at the broker then. */
function openIdsOf(chosen: ChosenJobs, queue: Queue): readonly string[] {
  const ids = idsOf(chosen, queue)
  if (chosen.kind === 'named') return ids
  const states = jobStates.filter(state => !isFinalJobState(state))
  return queue.list({ batch: chosen.batch, states, limit: ids.length }).map(({ id }) => id)
}

function inWords(id: string, outcome: CancelOutcome): string {
  switch (outcome.kind) {
    case 'cancelled':
      return `${id} is cancelled`
    case 'requested':
      return `${id} is being cancelled; relayq wait ${id} tells when it is over`
    case 'already_finished':
      return `${id} is over already: it ${stateInWords(stateOfSubject(outcome.subject))}`
  }
}
