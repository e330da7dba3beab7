import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import { endWith } from '../end-of-subject.ts'
import { EventPrinter } from '../event-printer.ts'

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
    const printer = new EventPrinter(context.streams, { log: true })
    for await (const event of queue.watch(id, { signal: context.closed })) {
      printer.print(event)
      if (event.kind === 'end') return endWith(event.subject, queue, context)
    }
    return 0
  },
})
