import { startOfMonth } from '../base/clock.ts'
import { RelayError } from '../base/errors.ts'
import type { EventQuery } from '../ledger/events.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { PruneQuery } from '../ledger/prune.ts'
import type { JobQuery, LedgerEvent, LedgerJob } from '../ledger/records.ts'
import type { LedgerStats } from '../ledger/stats.ts'
import { isFinalJobState } from '../model/job.ts'
import { type ExportedJob, exportJobs } from './export.ts'
import { type JobView, viewJob } from './job-view.ts'
import type { Pruned } from './prune.ts'
import { type ResultOutcome, readKnownResult } from './results.ts'

/** `jobId` null: of all jobs. */
type HistoryEvents = Omit<EventQuery, 'broker' | 'jobId'> & { readonly jobId: string | null }

/** What the ledger of this machine knows by itself, of the jobs of every broker: for when none can be asked. */
export class History {
  readonly #ledger: Ledger
  readonly #dataDir: string

  /** `dataDir`: fetched results lie below it, in `results/<job id>/<run id>/`. */
  constructor(ledger: Ledger, dataDir: string) {
    this.#ledger = ledger
    this.#dataDir = dataDir
  }

  /** Newest first. */
  list(query: Omit<JobQuery, 'broker'>): readonly LedgerJob[] {
    return this.#ledger.listJobs({ ...query, broker: null })
  }

  /** As last seen; null for what is not the id of a job. */
  view(id: string): JobView | null {
    const job = this.#findJob(id)
    return job && viewJob(this.#ledger, job, [])
  }

  /** The result of a job that is over, if it was fetched before; null for every other. */
  async result(id: string): Promise<ResultOutcome | null> {
    const job = this.#findJob(id)
    const attempt = job && isFinalJobState(job.state) ? this.#ledger.newestAttempt(job.id) : null
    const found = attempt && (await readKnownResult(this.#ledger, attempt))
    return job && found && { kind: 'ready', subject: { kind: 'job', job }, ...found, path: null }
  }

  /** Oldest first. */
  events(query: HistoryEvents): readonly LedgerEvent[] {
    const { jobId, ...others } = query
    return this.#ledger.listAllEvents({ ...others, ...(jobId === null ? {} : { jobId }), broker: null })
  }

  /** Of jobs submitted since a moment (ISO 8601). */
  stats(since: string, now: Date): LedgerStats {
    return this.#ledger.stats(since, startOfMonth(now.getTime()))
  }

  /** Oldest first, those submitted since a moment (ISO 8601), each read as it is asked for. */
  export(since: string): Generator<ExportedJob> {
    return exportJobs(this.#ledger, since)
  }

  countPrunable(query: Omit<PruneQuery, 'limit'>): number {
    return this.#ledger.countPrunable(query)
  }

  async prune(query: Omit<PruneQuery, 'limit'>): Promise<Pruned> {
    const { pruneJobs } = await import('./prune.ts')
    return pruneJobs(this.#ledger, this.#dataDir, query)
  }

  /** 0: there is none. */
  newestEventId(): number {
    return this.#ledger.newestEventId()
  }

  /** The job that an id means; null for null. Throws `job_not_found`. */
  requireJobId(id: string | null): string | null {
    if (id === null) return null
    const job = this.#findJob(id)
    if (job) return job.id
    throw new RelayError('job_not_found', `There is no job ${JSON.stringify(id)} on this machine.`, {
      hint: 'relayq list shows the jobs there are.',
    })
  }

  /** By its own id or that of an attempt. */
  #findJob(id: string): LedgerJob | null {
    return this.#ledger.getJob(id.split('.')[0] ?? id)
  }
}
