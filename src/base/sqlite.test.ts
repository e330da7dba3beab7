import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openDatabase } from './sqlite.ts'

const migrations = [{ version: 1, sql: 'CREATE TABLE box (n INTEGER)' }]

test('A file that another process writes while it is made is waited for, and not without end', t => {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-sqlite-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'box.db')
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  const began = performance.now()
  assert.throws(() => openDatabase(path, 'box', migrations, { busyTimeoutMs: 200 }), {
    code: 'database_locked',
  })
  assert.ok(performance.now() - began >= 200, 'given up before its time')
  other.close()
  openDatabase(path, 'box', migrations).close()
})
