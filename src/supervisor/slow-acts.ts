// Not its functions by name: a stopped clock takes their place in the module alone.
import timers from 'node:timers/promises'
import type { Millis } from '../base/clock.ts'
import { RelayError } from '../base/errors.ts'

/** What is done about jobs and may outlast a tick, by the job: a large file is on its way. Ticks leave these jobs alone. */
export class SlowActs {
  readonly #most: number
  readonly #say: (line: string) => void
  readonly #underWay = new Map<string, Promise<void>>()
  #fault: { readonly thrown: unknown } | null = null

  /** `most`: so many at once. */
  constructor(most: number, say: (line: string) => void) {
    this.#most = most
    this.#say = say
  }

  /** How many more may begin. */
  get room(): number {
    return Math.max(0, this.#most - this.#underWay.size)
  }

  has(jobId: string): boolean {
    return this.#underWay.has(jobId)
  }

  /** Waits for an act, `forMs` at most. One that takes longer goes on, and is told where it fails. */
  async add(jobId: string, act: Promise<void>, forMs: Millis): Promise<void> {
    const ended = act.finally(() => this.#underWay.delete(jobId))
    this.#underWay.set(jobId, ended)
    if (await endsWithin(ended, forMs)) return
    ended.catch(thrown => {
      if (thrown instanceof RelayError) this.#say(`${jobId}: ${thrown.message}`)
      else this.#fault ??= { thrown }
    })
  }

  /** Throws the first fault of ours in an act that nobody waited for any more. */
  throwFault(): void {
    if (this.#fault) throw this.#fault.thrown
  }

  async settle(): Promise<void> {
    await Promise.allSettled(this.#underWay.values())
  }
}

/** By the machine's own timer: it is about waiting, and not about what the time is. Throws what the act throws till then. */
async function endsWithin(act: Promise<void>, ms: Millis): Promise<boolean> {
  const ended = new AbortController()
  const late = timers.setTimeout(ms, false, { signal: ended.signal }).catch(() => false)
  try {
    return await Promise.race([act.then(() => true), late])
  } finally {
    ended.abort()
  }
}
