import type { CancelOutcome } from '../../queue/cancel.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import { worstOf } from '../exit-code.ts'
import { reportError } from '../report-error.ts'
import { stateInWords } from '../state-words.ts'
import { stateOfSubject } from '../subject.ts'

export interface CancelOptions {
  readonly ids: readonly string[]
}

/** Ends jobs or runs; doing it again changes nothing. One that cannot be ended does not keep the others from it. */
export const cancel = command<CancelOptions>({
  define: command => {
    addBrokerOptions(command).argument('<ids...>', 'job ids, run ids or run URLs')
  },
  parse: ids => ({ ids }),
  run: async ({ ids }, context) => {
    const queue = await (await context.relayq()).queue()
    const exitCodes: number[] = []
    for (const id of new Set(ids)) {
      try {
        context.say(inWords(id, await queue.cancel(id)))
      } catch (thrown) {
        exitCodes.push(reportError(thrown, context.streams, context.env))
      }
    }
    return worstOf(exitCodes)
  },
})

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
