import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readLedgerHealth } from './health.ts'
import { newestSchema, openLedger } from './ledger.ts'

test('A ledger is looked at without being made or changed', t => {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-health-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'ledger.db')
  assert.equal(readLedgerHealth(path), null)
  assert.equal(existsSync(path), false)

  openLedger(path).close()
  const before = readFileSync(path)
  const health = readLedgerHealth(path)
  assert.deepEqual([health?.faults, health?.schema], [[], newestSchema])
  assert.deepEqual(readFileSync(path), before)
})

test('A damaged ledger is told', t => {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-health-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'ledger.db')
  openLedger(path).close()
  const bytes = readFileSync(path)
  bytes.fill(0xff, 4_096, 24_576)
  writeFileSync(path, bytes)
  assert.match(readLedgerHealth(path)?.faults?.[0] ?? '', /page|Tree/)
  writeFileSync(path, 'no database at all, but long enough to be taken for one'.repeat(100))
  assert.deepEqual(readLedgerHealth(path)?.faults, ['file is not a database'])
})
