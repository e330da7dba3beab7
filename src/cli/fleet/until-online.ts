import { setTimeout as sleep } from 'node:timers/promises'
import { RelayError } from '../../base/errors.ts'
import type { Broker } from '../../model/broker.ts'

const timeoutMs = 30_000
const pollMs = 50

/** Resolves once the broker sees all of them; `what` they are, for people: "runners". Throws `timeout` with those it does not. */
export async function untilOnline(broker: Broker, names: readonly string[], what: string): Promise<void> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const online = (await broker.listRunners()).filter(({ status }) => status === 'online')
    const missing = names.filter(name => !online.some(runner => runner.name === name))
    if (missing.length === 0) return
    if (Date.now() > deadline) {
      throw new RelayError('timeout', `These ${what} did not come online: ${missing.join(', ')}.`, {
        hint: 'Their last words stand above.',
      })
    }
    await sleep(pollMs)
  }
}
