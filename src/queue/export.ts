import type { Ledger } from '../ledger/ledger.ts'
import type { LedgerAttempt, LedgerEvent, LedgerJob } from '../ledger/records.ts'

/** Everything the ledger knows of a job; in the result's folder lie the files that were fetched. */
export interface ExportedJob extends LedgerJob {
  readonly attempts: readonly LedgerAttempt[]
  readonly events: readonly LedgerEvent[]
  readonly resultDirectory: string | null
}

const page = 500

/** Oldest first, those submitted since a moment (ISO 8601), read as they are asked for. */
export function* exportJobs(ledger: Ledger, since: string): Generator<ExportedJob> {
  let after = { createdAt: since, rowid: 0 }
  for (;;) {
    const found = ledger.listJobIds(after, page)
    for (const { id } of found) {
      const job = ledger.getJob(id)
      // Pruned a moment ago.
      if (!job) continue
      const resultDirectory = ledger.findResult(id)?.directory ?? null
      yield { ...job, attempts: ledger.listAttempts(id), events: ledger.listEvents(id), resultDirectory }
    }
    const last = found.at(-1)
    if (!last || found.length < page) return
    after = last
  }
}
