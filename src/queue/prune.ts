import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { RelayError, systemErrorCode } from '../base/errors.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { PruneQuery } from '../ledger/prune.ts'

export interface Pruned {
  readonly jobs: number
  /** Why the ledger's file did not become smaller; null: it did, or need not. */
  readonly notCompacted: string | null
}

type WhatIsPruned = Omit<PruneQuery, 'limit'>

/** So many are looked up at once. */
const batch = 200

/** Removes jobs that are long over, with their attempts, events and results; the fetched files lie below `dataDir`. */
export function pruneJobs(ledger: Ledger, dataDir: string, query: WhatIsPruned): Pruned {
  const results = join(dataDir, 'results')
  for (const id of listAside(results)) settleAside(ledger, results, id)
  let jobs = 0
  for (;;) {
    const ids = ledger.listPrunable({ ...query, limit: batch })
    jobs += ids.filter(id => pruneJob(ledger, results, id, query)).length
    if (ids.length < batch) break
  }
  return { jobs, notCompacted: jobs === 0 ? null : compact(ledger) }
}

/**
 * The files are put aside while no other process can come to need the job, which takes no time however many they are; what
 * becomes of them then is what became of the job.
 */
function pruneJob(ledger: Ledger, results: string, id: string, query: WhatIsPruned): boolean {
  // An id is a name, and never a way out of the folder.
  const isName = basename(id) === id && !id.startsWith('.')
  try {
    return ledger.pruneJob(id, query, () => {
      if (isName) moveIfThere(join(results, id), asideOf(results, id))
    })
  } finally {
    if (isName) settleAside(ledger, results, id)
  }
}

const asidePrefix = '.pruned-'

function asideOf(results: string, id: string): string {
  return join(results, `${asidePrefix}${id}`)
}

/** Files that were put aside by a prune which was killed, by their jobs. */
function listAside(results: string): readonly string[] {
  try {
    const names = readdirSync(results).filter(name => name.startsWith(asidePrefix))
    return names.map(name => name.slice(asidePrefix.length))
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return []
    throw thrown
  }
}

function settleAside(ledger: Ledger, results: string, id: string): void {
  const [own, aside] = [join(results, id), asideOf(results, id)]
  // What was fetched again meanwhile is whole.
  const isUseless = ledger.getJob(id) === null || existsSync(own)
  if (isUseless) rmSync(aside, { recursive: true, force: true })
  else moveIfThere(aside, own)
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (thrown) {
    if (systemErrorCode(thrown) !== 'ENOENT') throw thrown
  }
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
