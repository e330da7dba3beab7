import type { EngineTrial } from '../model/result.ts'

/** What became of each engine, in the order in which it was told; the same is noted once, however many pieces are heard. */
export class EngineTrials {
  readonly #trials = new Map<string, EngineTrial>()

  get all(): readonly EngineTrial[] {
    return [...this.#trials.values()]
  }

  add(trial: EngineTrial): void {
    const key = `${trial.name} ${trial.outcome}`
    if (!this.#trials.has(key)) this.#trials.set(key, trial)
  }
}
