import { type ErrorCode, RelayError } from '../base/errors.ts'
import type { History } from '../queue/history.ts'
import type { Queue } from '../queue/queue.ts'
import type { Context } from './context.ts'

/** There is no broker, or it cannot be asked now. */
const away: ReadonlySet<ErrorCode> = new Set([
  'no_broker',
  'not_authorized',
  'broker_unreachable',
  'broker_unavailable',
])

/**
 * What a command shows of one's own jobs: as the broker has it now, else as the ledger of this machine last knew it, and
 * says so. Throws what kept the broker from being asked where the ledger does not know it either (null).
 */
export async function currentOrLastKnown<T>(
  context: Context,
  ask: (queue: Queue) => Promise<T>,
  recall: (history: History) => Promise<T | null> | T | null,
): Promise<T> {
  const relayq = await context.relayq()
  try {
    return await ask(await relayq.queue())
  } catch (thrown) {
    if (!(thrown instanceof RelayError) || !away.has(thrown.code)) throw thrown
    const known = await recall(await relayq.history())
    if (known === null) throw thrown
    context.say(`shown as last known, since the broker cannot be asked: ${thrown.message}`)
    return known
  }
}
