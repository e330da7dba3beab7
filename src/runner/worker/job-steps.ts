import { randomUUID } from 'node:crypto'
import type { Masker } from '../../base/masker.ts'
import { type WireStep, wireStepConclusion, wireStepStatus } from '../../protocol/results-service.ts'
import type { StepResult, TaskResult } from '../../protocol/runner-api.ts'
import type { StepConclusion } from './job-state.ts'
import { LogUpload } from './log-upload.ts'
import type { ResultsClient } from './results-client.ts'
import { StepOutput } from './step-output.ts'
import { uploadSummary } from './step-summary.ts'
import type { StepUpdates } from './step-updates.ts'

interface Reporting {
  readonly results: ResultsClient
  readonly updates: StepUpdates
  readonly masker: Masker
  readonly debug: boolean
}

/** The steps of a job in the order people see them, each with its log, its state at the hub and its result. */
export class JobSteps {
  readonly #reporting: Reporting
  readonly #steps: JobStep[] = []
  readonly #closing: Promise<void>[] = []
  #undelivered = 0

  constructor(reporting: Reporting) {
    this.#reporting = reporting
  }

  /** A new last step; pending until it begins. */
  add(name: string, id: string = randomUUID()): JobStep {
    const step = new JobStep(
      { id, number: this.#steps.length + 1, name },
      {
        ...this.#reporting,
        onUndelivered: lines => {
          this.#undelivered += lines
        },
        onEnd: delivered => this.#closing.push(delivered),
      },
    )
    this.#steps.push(step)
    return step
  }

  /** Log lines that no try could deliver. */
  get undelivered(): number {
    return this.#undelivered
  }

  /** Resolves when every log and summary is delivered or given up. */
  async drain(): Promise<void> {
    await Promise.all(this.#closing)
  }

  get stepResults(): StepResult[] {
    return this.#steps.map(step => step.result)
  }
}

interface JobStepReporting extends Reporting {
  readonly onUndelivered: (lines: number) => void
  readonly onEnd: (delivered: Promise<void>) => void
}

export class JobStep {
  readonly id: string
  readonly output: StepOutput
  readonly summary: string[] = []
  readonly #number: number
  readonly #name: string
  readonly #reporting: JobStepReporting
  readonly #log: LogUpload
  #startedAt: string | null = null
  #completedAt: string | null = null
  #conclusion: StepConclusion | null = null

  constructor(
    identity: { readonly id: string; readonly number: number; readonly name: string },
    reporting: JobStepReporting,
  ) {
    this.id = identity.id
    this.#number = identity.number
    this.#name = identity.name
    this.#reporting = reporting
    this.#log = new LogUpload({
      results: reporting.results,
      stepId: identity.id,
      onLost: reporting.onUndelivered,
    })
    this.output = new StepOutput({
      upload: this.#log,
      masker: reporting.masker,
      debug: reporting.debug,
      stepNumber: identity.number,
    })
    this.#report()
  }

  /** Telling it twice changes nothing. */
  begin(): void {
    if (this.#startedAt !== null) return
    this.#startedAt = new Date().toISOString()
    this.#report()
  }

  /** The log's last lines and the summary are delivered while the next step already runs. */
  end(conclusion: StepConclusion): void {
    this.#completedAt = new Date().toISOString()
    this.#conclusion = conclusion
    this.#report()
    this.#reporting.onEnd(this.#deliver())
  }

  get result(): StepResult {
    return {
      external_id: this.id,
      number: this.#number,
      name: this.#name,
      status: 'completed',
      conclusion: taskResultOf(this.#conclusion ?? 'skipped'),
      started_at: this.#startedAt,
      completed_at: this.#completedAt,
      annotations: this.output.annotations,
    }
  }

  async #deliver(): Promise<void> {
    const { results, masker } = this.#reporting
    const problem = await uploadSummary(results, this.id, masker.mask(this.summary.join('\n')))
    if (problem !== null) this.output.warning(problem)
    await this.#log.close()
  }

  #report(): void {
    const wire: WireStep = {
      external_id: this.id,
      number: this.#number,
      name: this.#name,
      status: this.#wireStatus(),
      conclusion: this.#conclusion === null ? wireStepConclusion.none : wireStepConclusion[this.#conclusion],
      ...(this.#startedAt === null ? {} : { started_at: this.#startedAt }),
      ...(this.#completedAt === null ? {} : { completed_at: this.#completedAt }),
    }
    this.#reporting.updates.report(wire)
  }

  #wireStatus(): number {
    if (this.#conclusion !== null) return wireStepStatus.completed
    return this.#startedAt === null ? wireStepStatus.pending : wireStepStatus.in_progress
  }
}

function taskResultOf(conclusion: StepConclusion): TaskResult {
  return ({ success: 'succeeded', failure: 'failed', cancelled: 'canceled', skipped: 'skipped' } as const)[
    conclusion
  ]
}
