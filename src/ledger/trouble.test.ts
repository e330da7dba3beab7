import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { Ledger, openLedger, openLedgerFile } from './ledger.ts'

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-ledger-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function submit(ledger: Ledger, id: string): void {
  const job = { id, broker: 'b', kind: 'transcribe', inputs: {}, pin: null, idempotencyKey: id, priority: 0 }
  ledger.insertJob({ ...job, now: '2026-01-01T00:00:00.000Z', replace: false })
}

/** A ledger that was in use, closed. */
function writeLedger(t: TestContext): string {
  const path = join(makeFolder(t), 'ledger.db')
  const ledger = openLedger(path)
  for (let at = 0; at < 200; at += 1) submit(ledger, `j${at}`)
  ledger.close()
  return path
}

/** The first thing every command does with it. */
function use(path: string): void {
  const ledger = openLedger(path)
  try {
    ledger.listJobs({ broker: 'b', limit: 1_000 })
  } finally {
    ledger.close()
  }
}

const damaged = {
  code: 'internal',
  message: /^The ledger .* cannot be used: /,
  hint: /Restore it from a backup/,
}

test('A ledger with strange bytes in its middle, or without its second half, is called damaged', t => {
  const overwritten = writeLedger(t)
  const bytes = readFileSync(overwritten)
  // Page 1 tells the schema; what follows holds the jobs.
  bytes.fill(0xa5, 4_096)
  writeFileSync(overwritten, bytes)
  assert.throws(() => use(overwritten), damaged)
  const cut = writeLedger(t)
  truncateSync(cut, Math.floor(bytes.length / 2))
  assert.throws(() => use(cut), damaged)
})

test('A ledger that another process holds for too long is told as temporary, at any statement', t => {
  const path = writeLedger(t)
  const file = openLedgerFile(path, { busyTimeoutMs: 20 })
  const ledger = new Ledger(file)
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  const held = {
    code: 'database_locked',
    exitCode: 75,
    message: /is held by another process/,
    hint: /Try again/,
  }
  assert.throws(() => submit(ledger, 'more'), held)
  const [job] = ledger.listJobs({ broker: 'b', limit: 1 })
  assert.ok(job, 'reading goes on')
  other.exec('COMMIT')
  const waits = { jobId: job.id, state: 'pending', reason: 'mac offline', now: '2026-01-01' } as const
  ledger.setReason(waits)
  other.exec('BEGIN IMMEDIATE')
  ledger.setReason(waits)
  other.exec('COMMIT')
  submit(ledger, 'more')
  ledger.close()
  other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  assert.throws(() => openLedgerFile(join(path), { busyTimeoutMs: 20 }).close(), held)
  other.close()
})

test('A disk without room for a new ledger is told as full', t => {
  const folder = join(makeFolder(t), 'tiny')
  mkdirSync(folder)
  if (!isMounted(folder)) {
    t.skip('only root may mount a small disk')
    return
  }
  try {
    writeFileSync(join(folder, 'other'), Buffer.alloc(56 * 1024))
    const full = { code: 'disk_full', exitCode: 75, hint: /df -h/ }
    assert.throws(() => openLedger(join(folder, 'ledger.db')), full)
    rmSync(join(folder, 'other'))
    execFileSync('mount', ['-o', 'remount,size=4m', folder])
    use(join(folder, 'ledger.db'))
  } finally {
    execFileSync('umount', [folder])
  }
})

function isMounted(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
