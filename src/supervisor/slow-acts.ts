import { setTimeout as sleep } from 'node:timers/promises'
import type { Millis } from '../base/clock.ts'
import { asError } from '../base/errors.ts'

/** What is done about jobs and may outlast a tick, by the job: a large file is on its way. Ticks leave these jobs alone. */
export class SlowActs {
  readonly #say: (line: string) => void
  readonly #underWay = new Map<string, Promise<void>>()

  constructor(say: (line: string) => void) {
    this.#say = say
  }

  get count(): number {
    return this.#underWay.size
  }

  has(jobId: string): boolean {
    return this.#underWay.has(jobId)
  }

  /** Waits for an act, `forMs` at most. One that takes longer goes on, and is told where it fails. */
  async add(jobId: string, act: Promise<void>, forMs: Millis): Promise<void> {
    const ended = act.finally(() => this.#underWay.delete(jobId))
    this.#underWay.set(jobId, ended)
    if (await endsWithin(ended, forMs)) return
    ended.catch(thrown => this.#say(`${jobId}: ${asError(thrown).message}`))
  }

  async settle(): Promise<void> {
    await Promise.allSettled(this.#underWay.values())
  }
}

/** By the machine's own timer: it is about waiting, and not about what the time is. Throws what the act throws till then. */
async function endsWithin(act: Promise<void>, ms: Millis): Promise<boolean> {
  const ended = new AbortController()
  const late = sleep(ms, false, { signal: ended.signal }).catch(() => false)
  try {
    return await Promise.race([act.then(() => true), late])
  } finally {
    ended.abort()
  }
}
