import type { DatabaseSync } from 'node:sqlite'

/** How much the newest measurement weighs: a machine that was changed shows it within a few jobs. */
const newestWeighs = 0.3

/** Keeps how long a machine worked per second of media, for one kind of job. */
export function recordSpeed(
  db: DatabaseSync,
  measured: {
    readonly broker: string
    readonly runner: string
    readonly kind: string
    readonly speed: number
  },
): void {
  db.prepare(
    `INSERT INTO runner_speeds (broker, runner, kind, seconds_per_second, samples)
     VALUES (:broker, :runner, :kind, :speed, 1)
     ON CONFLICT (broker, runner, kind) DO UPDATE SET samples = samples + 1,
       seconds_per_second = seconds_per_second + ${newestWeighs} * (excluded.seconds_per_second - seconds_per_second)`,
  ).run({ ...measured })
}

/** Seconds of work per second of media, by runner. */
export function listSpeeds(db: DatabaseSync, broker: string, kind: string): ReadonlyMap<string, number> {
  const rows = db.prepare('SELECT * FROM runner_speeds WHERE broker = ? AND kind = ?').all(broker, kind)
  return new Map(rows.map(row => [String(row['runner']), Number(row['seconds_per_second'])]))
}
