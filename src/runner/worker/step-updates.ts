import type { WireStep } from '../../protocol/results-service.ts'
import { isFinal, persist } from '../persistence.ts'
import type { ResultsClient } from './results-client.ts'

/** Between two updates. The first few of a job come faster, so that its first step is seen to run as soon as it does. */
const quietMs = 300
const eagerQuietMs = 20
const eagerUpdates = 4
const closingMs = 60_000

/**
 * Tells the hub how the steps stand: changes are merged and sent at most about three times a second, each update with a
 * larger `change_order` than the one before. An update that failed is sent again with what has changed since.
 */
export class StepUpdates {
  readonly #results: ResultsClient
  readonly #changed = new Map<string, WireStep>()
  #changeOrder = 0
  #timer: NodeJS.Timeout | null = null
  #sending: Promise<void> | null = null
  #lastSent = Number.NEGATIVE_INFINITY

  constructor(results: ResultsClient) {
    this.#results = results
  }

  report(step: WireStep): void {
    this.#changed.set(step.external_id, step)
    this.#schedule()
  }

  /** Sends what is left. Answers whether the hub has got it all. */
  async close(): Promise<boolean> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    await this.#sending
    const sent = await persist(
      async () => {
        await this.#send()
        return { kind: 'done', value: null }
      },
      { forMs: closingMs },
    )
    return sent.kind === 'done'
  }

  #schedule(): void {
    if (this.#timer !== null || this.#sending !== null) return
    // Also when it is due at once: steps that change in the same turn go out together.
    const quiet = this.#changeOrder < eagerUpdates ? eagerQuietMs : quietMs
    const wait = Math.max(0, this.#lastSent + quiet - performance.now())
    this.#timer = setTimeout(() => this.#flush(), wait)
  }

  #flush(): void {
    this.#timer = null
    this.#sending = this.#send()
      // What was not taken is kept, and goes with the next update; what was refused never will be.
      .catch((thrown: unknown) => {
        if (isFinal(thrown)) this.#changed.clear()
      })
      .finally(() => {
        this.#sending = null
        if (this.#changed.size > 0) this.#schedule()
      })
  }

  async #send(): Promise<void> {
    const steps = [...this.#changed.values()]
    if (steps.length === 0) return
    this.#changeOrder += 1
    this.#lastSent = performance.now()
    await this.#results.updateSteps(steps, this.#changeOrder)
    for (const step of steps) {
      if (this.#changed.get(step.external_id) === step) this.#changed.delete(step.external_id)
    }
  }
}
