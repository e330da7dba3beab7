import type { DatabaseSync } from 'node:sqlite'

export interface PruneQuery {
  /** ISO 8601: jobs that were over by then. */
  readonly before: string
  /** Also those that succeeded and still stand for their work: submitted again, it would be done again. */
  readonly forget: boolean
  readonly limit: number
}

/**
 * Over for long enough, and nobody's concern any more: no job that is not over is to follow it. A success holds its
 * idempotency key until it is taken over (`--new`), unless nobody submitted it here.
 */
const prunable = `finished_at < :before
  AND (:forget = 1 OR state <> 'succeeded' OR source = 'adopted' OR idempotency_key LIKE '%#' || id)
  AND NOT EXISTS (SELECT 1 FROM job_dependencies JOIN jobs AS later ON later.id = job_id
    WHERE after_id = jobs.id AND later.finished_at IS NULL)`

export function countPrunable(db: DatabaseSync, { before, forget }: Omit<PruneQuery, 'limit'>): number {
  const row = db
    .prepare(`SELECT count(*) AS many FROM jobs WHERE ${prunable}`)
    .get({ before, forget: Number(forget) })
  return Number(row?.['many'])
}

/** The ids of at most `limit` of them. */
export function listPrunable(db: DatabaseSync, { before, forget, limit }: PruneQuery): readonly string[] {
  return db
    .prepare(`SELECT id FROM jobs WHERE ${prunable} LIMIT :limit`)
    .all({ before, forget: Number(forget), limit })
    .map(row => String(row['id']))
}

/** To be called in a transaction. Removes a job with all that hangs on it. False: somebody needs it again. */
export function pruneJob(
  db: DatabaseSync,
  id: string,
  { before, forget }: Omit<PruneQuery, 'limit'>,
  putFilesAside: () => void,
): boolean {
  const found = db.prepare(`SELECT 1 FROM jobs WHERE id = :id AND ${prunable}`)
  if (!found.get({ id, before, forget: Number(forget) })) return false
  putFilesAside()
  for (const table of ['events', 'results', 'costs', 'attempts']) {
    db.prepare(`DELETE FROM ${table} WHERE job_id = ?`).run(id)
  }
  db.prepare('DELETE FROM jobs WHERE id = ?').run(id)
  return true
}

/** A quarter of the file: then it is worth writing it anew. */
const wasteful = 0.25

/** Gives the room of what was removed back to the disk, where it is much. Needs as much room again while it works. */
export function compact(db: DatabaseSync): void {
  const [free, all] = ['freelist_count', 'page_count'].map(name =>
    Number(db.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0),
  )
  if ((free ?? 0) > (all ?? 0) * wasteful) db.exec('VACUUM')
}
