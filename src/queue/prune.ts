import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { RelayError } from '../base/errors.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { PruneQuery } from '../ledger/prune.ts'

export interface Pruned {
  readonly jobs: number
  /** Why the ledger's file did not become smaller; null: it did, or need not. */
  readonly notCompacted: string | null
}

/** So many are looked up at once. */
const batch = 200

/** Removes jobs that are long over, with their attempts, events and results; the fetched files lie below `dataDir`. */
export function pruneJobs(ledger: Ledger, dataDir: string, query: Omit<PruneQuery, 'limit'>): Pruned {
  let jobs = 0
  for (;;) {
    const ids = ledger.listPrunable({ ...query, limit: batch })
    jobs += ids.filter(id => ledger.pruneJob(id, query, () => removeFiles(dataDir, id))).length
    if (ids.length < batch) break
  }
  return { jobs, notCompacted: jobs === 0 ? null : compact(ledger) }
}

function removeFiles(dataDir: string, id: string): void {
  // An id is a name, and never a way out of the folder.
  if (basename(id) !== id || id.startsWith('.')) return
  rmSync(join(dataDir, 'results', id), { recursive: true, force: true })
}

/** What was to be removed is: a disk too full to write the file anew, or another process at work, changes nothing of that. */
function compact(ledger: Ledger): string | null {
  try {
    ledger.compact()
    return null
  } catch (error) {
    if (error instanceof RelayError && error.exitCode === 75) return error.message
    throw error
  }
}
