import type { DatabaseSync } from 'node:sqlite'
import type { LedgerEvent } from './records.ts'
import { eventOfRow } from './rows.ts'

export interface EventQuery {
  /** null: of all of them. */
  readonly broker: string | null
  readonly jobId?: string
  /** Those after this event. */
  readonly afterId?: number
  /** ISO 8601: those since then. */
  readonly since?: string
  /** At most so many. */
  readonly limit: number
}

/** Oldest first: in the order in which they were learned, which may differ from that of their times. */
export function listAllEvents(
  db: DatabaseSync,
  { broker, jobId, afterId = 0, since = '', limit }: EventQuery,
): readonly LedgerEvent[] {
  const ofJob = jobId === undefined ? '' : 'AND events.job_id = :jobId'
  const ofBroker = broker === null ? '' : 'AND jobs.broker = :broker'
  return db
    .prepare(
      `SELECT events.* FROM events CROSS JOIN jobs ON jobs.id = events.job_id
       WHERE events.id > :afterId AND at >= :since ${ofJob} ${ofBroker} ORDER BY events.id LIMIT :limit`,
    )
    .all({
      ...{ afterId, since, limit },
      ...(jobId === undefined ? {} : { jobId }),
      ...(broker === null ? {} : { broker }),
    })
    .map(eventOfRow)
}

export function newestEventId(db: DatabaseSync): number {
  return Number(db.prepare('SELECT max(id) AS newest FROM events').get()?.['newest'] ?? 0)
}
