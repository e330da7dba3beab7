import type { Command } from 'commander'
import type { Queue } from '../queue/queue.ts'
import type { Context } from './context.ts'
import { endWith } from './end-of-subject.ts'
import { EventPrinter } from './event-printer.ts'
import { worstOf } from './exit-code.ts'

/** The option of commands that put jobs into the queue. */
export function addWaitOption(command: Command): Command {
  return command.option('-w, --wait', 'stay until it is over, and end as it ended')
}

/** One after the other; the exit code is that of the worst. */
export async function followEach(queue: Queue, ids: readonly string[], context: Context): Promise<number> {
  const exitCodes: number[] = []
  for (const id of ids) {
    if (ids.length > 1) context.say(`following ${id}`)
    exitCodes.push(await followToEnd(queue, id, { log: false }, context))
  }
  return worstOf(exitCodes)
}

/** Shows what happens to a job or run until it is over, and ends as it ended. */
export async function followToEnd(
  queue: Queue,
  id: string,
  options: { readonly log: boolean },
  context: Context,
): Promise<number> {
  const printer = new EventPrinter(context.streams, options)
  using _ = tellWhenLeft(howToComeBack(id), context, printer)
  for await (const event of queue.watch(id, { signal: context.closed })) {
    printer.print(event)
    if (event.kind === 'end') return endWith(event.subject, queue, context)
  }
  return 0
}

/** Of a job that is left while it is followed. */
export function howToComeBack(id: string): string {
  return `${id} goes on; come back to it with: relayq watch ${id}; end it with: relayq cancel ${id}`
}

/** Ctrl-C ends those who follow a job, not the job: says so, and then lets it end this process as it would have. */
export function tellWhenLeft(words: string, context: Context, printer?: EventPrinter): Disposable {
  const onInterrupt = () => {
    printer?.endProgressLine()
    context.say(words)
    process.kill(process.pid, 'SIGINT')
  }
  process.once('SIGINT', onInterrupt)
  return { [Symbol.dispose]: () => void process.off('SIGINT', onInterrupt) }
}
