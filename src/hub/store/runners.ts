import { createHash } from 'node:crypto'
import type { Millis } from '../../base/clock.ts'
import type { Database, Row } from './database.ts'
import { flag, integer, text, texts } from './row.ts'

/** A registered runner. Whether it is online is not stored: only the open polls know. */
export interface StoredRunner {
  readonly id: number
  readonly name: string
  readonly os: string
  readonly version: string
  readonly labels: readonly string[]
  readonly ephemeral: boolean
}

export interface NewRunner {
  readonly name: string
  readonly labels: readonly string[]
  readonly ephemeral: boolean
  readonly token: string
}

export function insertRunner(db: Database, runner: NewRunner, now: Millis): number {
  return db.run(
    `INSERT INTO runner (name, os, version, labels, ephemeral, token_hash, created_ms)
     VALUES (:name, 'unknown', '', :labels, :ephemeral, :tokenHash, :now)`,
    {
      name: runner.name,
      labels: JSON.stringify(runner.labels),
      ephemeral: runner.ephemeral ? 1 : 0,
      tokenHash: hashToken(runner.token),
      now,
    },
  ).id
}

/** What the runner says about itself when it opens a session or polls. */
export function describeRunner(
  db: Database,
  runnerId: number,
  facts: { readonly os: string; readonly version: string },
): void {
  db.run(
    'UPDATE runner SET os = :os, version = :version WHERE id = :runnerId AND (os <> :os OR version <> :version)',
    { ...facts, runnerId },
  )
}

export function setRunnerLabels(db: Database, runnerId: number, labels: readonly string[]): void {
  db.run('UPDATE runner SET labels = :labels WHERE id = :runnerId', {
    runnerId,
    labels: JSON.stringify(labels),
  })
}

/** Its session goes with it; its jobs keep its name. */
export function deleteRunner(db: Database, runnerId: number): boolean {
  return db.run('DELETE FROM runner WHERE id = :runnerId', { runnerId }).changes === 1
}

export function findRunner(db: Database, id: number): StoredRunner | null {
  const row = db.get('SELECT * FROM runner WHERE id = :id', { id })
  return row && storedRunner(row)
}

export function findRunnerByName(db: Database, name: string): StoredRunner | null {
  const row = db.get('SELECT * FROM runner WHERE name = :name', { name })
  return row && storedRunner(row)
}

/** Looked up by hash: the token itself is never stored, and no comparison of it takes measurable time. */
export function findRunnerByToken(db: Database, token: string): StoredRunner | null {
  const row = db.get('SELECT * FROM runner WHERE token_hash = :hash', { hash: hashToken(token) })
  return row && storedRunner(row)
}

export function allRunners(db: Database): readonly StoredRunner[] {
  return db.all('SELECT * FROM runner ORDER BY id').map(storedRunner)
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function storedRunner(row: Row): StoredRunner {
  return {
    id: integer(row, 'id'),
    name: text(row, 'name'),
    os: text(row, 'os'),
    version: text(row, 'version'),
    labels: texts(row, 'labels'),
    ephemeral: flag(row, 'ephemeral'),
  }
}
