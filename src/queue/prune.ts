import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { RelayError } from '../base/errors.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { PruneQuery } from '../ledger/prune.ts'

export interface Pruned {
  readonly jobs: number
  /** Why the ledger's file did not become smaller; null: it did, or need not. */
  readonly notCompacted: string | null
}

/** Removed at once: other processes may write between two of these. */
const batch = 200

/** Removes jobs that are long over, with their attempts, events and results; the fetched files lie below `dataDir`. */
export async function pruneJobs(
  ledger: Ledger,
  dataDir: string,
  query: Omit<PruneQuery, 'limit'>,
): Promise<Pruned> {
  let jobs = 0
  for (;;) {
    const ids = ledger.listPrunable({ ...query, limit: batch })
    // Before the jobs: nobody would find the files of a job that is gone.
    for (const id of ids) await removeFiles(dataDir, id)
    jobs += ledger.pruneJobs(ids, query)
    if (ids.length < batch) break
  }
  return { jobs, notCompacted: jobs === 0 ? null : compact(ledger) }
}

async function removeFiles(dataDir: string, id: string): Promise<void> {
  // An id is a name, and never a way out of the folder.
  if (basename(id) !== id || id.startsWith('.')) return
  await rm(join(dataDir, 'results', id), { recursive: true, force: true })
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
