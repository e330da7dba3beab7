/** One thing that has to be so, and how to bring it about. Pure until it is asked. */
export interface Step {
  /** One word: it stands in the output and in runner.json. */
  readonly name: string
  /** What it does, for people: "download actions/runner 2.336.0 (linux arm64)". */
  readonly will: string
  /** Whether it is so already, as the machine itself shows: what an interrupted run wrote down may be half true. */
  readonly isDone: () => Promise<boolean>
  /** Makes it so, from whatever an interrupted run has left. A text it resolves to says what came of it. */
  readonly do: () => Promise<unknown>
}

export interface StepReport {
  /** `begun` is told before, so that a step that never ends can be named. */
  readonly event: 'begun' | 'done' | 'was_done'
  readonly step: Step
  readonly note: string | null
}

/**
 * Makes every step so, in order. Whoever is killed in the middle runs them again: what is done is passed over. Throws
 * what a step throws; those before it stay done.
 */
export async function takeSteps(
  steps: readonly Step[],
  report: (report: StepReport) => void | Promise<void>,
): Promise<void> {
  for (const step of steps) {
    if (await step.isDone()) {
      await report({ event: 'was_done', step, note: null })
      continue
    }
    await report({ event: 'begun', step, note: null })
    const note = await step.do()
    await report({ event: 'done', step, note: typeof note === 'string' ? note : null })
  }
}
