import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import { stateInWords } from '../state-words.ts'
import { stateOfSubject } from '../subject.ts'

export interface CancelOptions {
  readonly id: string
}

/** Ends a job or run; doing it again changes nothing. */
export const cancel = command<CancelOptions>({
  define: command => {
    addBrokerOptions(command).argument('<id>', 'job id, run id or run URL')
  },
  parse: ([id = '']) => ({ id }),
  run: async ({ id }, context) => {
    const queue = await (await context.relayq()).queue()
    const outcome = await queue.cancel(id)
    if (outcome.kind === 'cancelled') context.say(`${id} is cancelled`)
    if (outcome.kind === 'requested')
      context.say(`${id} is being cancelled; relayq wait ${id} tells when it is over`)
    if (outcome.kind === 'already_finished')
      context.say(`${id} is over already: it ${stateInWords(stateOfSubject(outcome.subject))}`)
    return 0
  },
})
