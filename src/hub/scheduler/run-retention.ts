import type { Millis } from '../../base/clock.ts'
import type { BlobFiles } from '../results/blob-files.ts'
import { deleteLogRows, deleteRunRows } from '../store/delete-run.ts'
import { type EndedRun, runsEndedBetween } from '../store/runs.ts'
import type { Scheduler } from './scheduler.ts'

const hour = 3_600_000
const day = 24 * hour

/** GitHub's period for a run with all that is said of it. */
const runsKeptFor: Millis = 400 * day

/** Requests wait for a tick: what is more is done by the next. */
const mostInOneTick = 50

const beforeAll: EndedRun = { id: 0, endedMs: 0 }

/** Lets go of the logs of runs that ended long ago, and later of the runs, so that a hub does not grow for ever. */
export class RunRetention {
  readonly #scheduler: Scheduler
  readonly #files: BlobFiles
  readonly #logDays: () => number
  /** The last run whose logs are gone. From the first on, after a start. */
  #lastSwept = beforeAll
  #restsUntil: Millis = 0

  /** `logDays`: how long logs are kept; GitHub's 90 unless the repository says otherwise. */
  constructor(scheduler: Scheduler, files: BlobFiles, logDays: () => number) {
    this.#scheduler = scheduler
    this.#files = files
    this.#logDays = logDays
  }

  tick(now: Millis): void {
    if (now < this.#restsUntil) return
    const isDone = this.#dropRuns(now - runsKeptFor) && this.#dropLogs(now - this.#logDays() * day)
    if (isDone) this.#restsUntil = now + hour
  }

  /** Whether there are no more of them. */
  #dropRuns(before: Millis): boolean {
    const ended = runsEndedBetween(this.#scheduler.db, beforeAll, before, mostInOneTick)
    for (const { id } of ended) this.#drop(id, deleteRunRows)
    return ended.length < mostInOneTick
  }

  #dropLogs(before: Millis): boolean {
    const ended = runsEndedBetween(this.#scheduler.db, this.#lastSwept, before, mostInOneTick)
    for (const run of ended) {
      this.#drop(run.id, deleteLogRows)
      this.#lastSwept = run
    }
    return ended.length < mostInOneTick
  }

  /** The files only after the transaction: a crash in between leaves a file too many, never a row without its file. */
  #drop(runId: number, rows: typeof deleteRunRows): void {
    for (const blobId of this.#scheduler.change(({ db }) => rows(db, runId))) this.#files.remove(blobId)
  }
}
