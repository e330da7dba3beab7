import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import { followToEnd } from '../follow.ts'

export interface WatchOptions {
  readonly id: string
}

/** Log lines on stdout while the job runs, states and progress on stderr; ends as the job ended. */
export const watch = command<WatchOptions>({
  define: command => {
    addBrokerOptions(command).argument('<id>', 'job id, run id or run URL')
  },
  parse: ([id = '']) => ({ id }),
  run: async ({ id }, context) => {
    const queue = await (await context.relayq()).queue()
    return followToEnd(queue, id, { log: true }, context)
  },
})
