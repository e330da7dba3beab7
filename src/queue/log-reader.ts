import type { Broker } from '../model/broker.ts'
import type { RunStatus, WorkflowJob } from '../model/run.ts'

export interface LogLine {
  readonly workflowJob: string
  /** ISO 8601, where the line carries one. */
  readonly at: string | null
  readonly text: string
}

const begun: ReadonlySet<RunStatus> = new Set(['in_progress', 'completed'])

/** GitHub begins every line of a job log with its time and a blank. */
const stamped = /^\uFEFF?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) ?(.*)$/

/** Reads the logs of a run's jobs piece by piece: each line once, a line still being written not yet. */
export class LogReader {
  readonly #broker: Broker
  readonly #linesShown = new Map<number, number>()
  readonly #wasRead = new Set<number>()
  #atWork: readonly WorkflowJob[] = []
  /** Whether the broker shows logs of running jobs: the embedded hub does, GitHub only at the end. */
  isLive = true

  constructor(broker: Broker) {
    this.#broker = broker
  }

  /** A job that was at work before and is not among them any more has ended: what is left of its log comes first. */
  async readNew(workflowJobs: readonly WorkflowJob[]): Promise<readonly LogLine[]> {
    const ended = this.#atWork.filter(({ id }) => workflowJobs.every(job => job.id !== id))
    // `startedAt` tells nothing: GitHub gives queued jobs one too.
    const open = workflowJobs.filter(({ id, status }) => begun.has(status) && !this.#wasRead.has(id))
    const jobs = [...ended.map(job => ({ ...job, status: 'completed' as const })), ...open]
    // First read, then noted: what was read while another log failed is read again.
    const logs = await Promise.all(
      jobs.map(async job => ({ job, log: await this.#broker.readJobLog(job.id) })),
    )
    this.#atWork = open.filter(({ status }) => status !== 'completed')
    return logs.flatMap(({ job, log }) => this.#newOf(job, log))
  }

  #newOf(job: WorkflowJob, log: string | null): readonly LogLine[] {
    const isEnded = job.status === 'completed'
    if (isEnded && log !== null) this.#wasRead.add(job.id)
    if (!isEnded) this.isLive = log !== null
    if (log === null) return []
    const lines = log.split(/\r?\n/)
    const whole = isEnded && lines.at(-1) !== '' ? lines : lines.slice(0, -1)
    const fresh = whole.slice(this.#linesShown.get(job.id) ?? 0)
    this.#linesShown.set(job.id, whole.length)
    return fresh.map(line => readLine(job.name, line))
  }
}

function readLine(workflowJob: string, line: string): LogLine {
  const match = stamped.exec(line)
  return match
    ? { workflowJob, at: match[1] ?? null, text: match[2] ?? '' }
    : { workflowJob, at: null, text: line }
}
