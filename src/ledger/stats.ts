import type { DatabaseSync } from 'node:sqlite'
import { type ProviderCosts, readCosts } from './costs.ts'
import { hostedMinutes } from './jobs.ts'

/** Seconds; null: nothing was measured. */
export interface Spread {
  readonly median: number | null
  readonly p90: number | null
}

/** Of one kind of job (its jobs), or of one runner (its attempts), in a stretch of time. */
export interface GroupStats {
  readonly name: string
  /** How many ended, or are, in each state. */
  readonly states: Readonly<Record<string, number>>
  /** From the submit, or for a runner from the dispatch, to its start; of what succeeded. */
  readonly wait: Spread
  /** From its start to its end; of what succeeded. */
  readonly run: Spread
}

export interface LedgerStats {
  readonly kinds: readonly GroupStats[]
  readonly runners: readonly GroupStats[]
  /** Seconds of work per second of media, as it is now. */
  readonly speeds: readonly { readonly runner: string; readonly kind: string; readonly speed: number }[]
  /** Of dead jobs, the most frequent first. */
  readonly failures: readonly { readonly failure: string; readonly jobs: number }[]
  /** Of GitHub-hosted machines, since `month`. */
  readonly hostedMinutes: number
  /** What services took. */
  readonly costs: readonly ProviderCosts[]
}

/** Of every broker. `since`: of jobs submitted since then; `month`: when this one began (both ISO 8601). */
export function readStats(db: DatabaseSync, since: string, month: string): LedgerStats {
  return {
    kinds: groupStats(db, kindSource, since),
    runners: groupStats(db, runnerSource, since),
    speeds: db
      .prepare('SELECT runner, kind, seconds_per_second FROM runner_speeds ORDER BY runner, kind')
      .all()
      .map(row => ({
        ...{ runner: String(row['runner']), kind: String(row['kind']) },
        speed: Number(row['seconds_per_second']),
      })),
    failures: db
      .prepare(
        `SELECT coalesce(failure, 'unknown') AS failure, count(*) AS jobs FROM jobs
         WHERE state IN ('failed', 'expired') AND created_at >= ? GROUP BY 1 ORDER BY 2 DESC, 1`,
      )
      .all(since)
      .map(row => ({ failure: String(row['failure']), jobs: Number(row['jobs']) })),
    hostedMinutes: hostedMinutes(db, null, month),
    costs: readCosts(db, since),
  }
}

/** Rows of name, state, wait and run (seconds). A job's times are those of its last attempt. */
const kindSource = `SELECT kind AS name, jobs.state,
    (julianday(started_at) - julianday(jobs.created_at)) * 86400 AS wait,
    (julianday(attempts.finished_at) - julianday(started_at)) * 86400 AS run
  FROM jobs LEFT JOIN attempts ON job_id = jobs.id
    AND number = (SELECT max(number) FROM attempts WHERE job_id = jobs.id)
  WHERE jobs.created_at >= :since`

const runnerSource = `SELECT runner_name AS name, attempts.state,
    (julianday(started_at) - julianday(attempts.created_at)) * 86400 AS wait,
    (julianday(attempts.finished_at) - julianday(started_at)) * 86400 AS run
  FROM jobs JOIN attempts ON job_id = jobs.id
  WHERE jobs.created_at >= :since AND runner_name IS NOT NULL`

function groupStats(db: DatabaseSync, source: string, since: string): readonly GroupStats[] {
  const counts = db
    .prepare(
      `SELECT name, state, count(*) AS many FROM (${source}) GROUP BY name, state ORDER BY name, state`,
    )
    .all({ since })
  const [wait, run] = [spreads(db, source, 'wait', since), spreads(db, source, 'run', since)]
  const none = { median: null, p90: null }
  return [...Map.groupBy(counts, row => String(row['name']))].map(([name, rows]) => ({
    name,
    states: Object.fromEntries(rows.map(row => [String(row['state']), Number(row['many'])])),
    wait: wait.get(name) ?? none,
    run: run.get(name) ?? none,
  }))
}

/** By nearest rank. */
function spreads(
  db: DatabaseSync,
  source: string,
  column: 'wait' | 'run',
  since: string,
): ReadonlyMap<string, Spread> {
  const rows = db
    .prepare(
      `WITH ranked AS (
         SELECT name, ${column} AS value, row_number() OVER (PARTITION BY name ORDER BY ${column}) AS rank,
           count(*) OVER (PARTITION BY name) AS many
         FROM (${source}) WHERE state = 'succeeded' AND ${column} IS NOT NULL)
       SELECT name, max(value) FILTER (WHERE rank = (many + 1) / 2) AS median,
         max(value) FILTER (WHERE rank = (many * 9 + 9) / 10) AS p90
       FROM ranked GROUP BY name`,
    )
    .all({ since })
  const rounded = (value: unknown) =>
    value === null ? null : Math.max(0, Math.round(Number(value) * 10) / 10)
  return new Map(
    rows.map(row => [String(row['name']), { median: rounded(row['median']), p90: rounded(row['p90']) }]),
  )
}
