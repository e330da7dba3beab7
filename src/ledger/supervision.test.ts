import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { type Ledger, openLedger } from './ledger.ts'
import { jobsMigration } from './migrations/0001-jobs.ts'
import type { LedgerAttempt, NewJob } from './records.ts'

const now = '2026-01-01T00:00:00.000Z'
const later = '2026-01-01T00:01:00.000Z'

function open(t: TestContext): { readonly ledger: Ledger; readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-ledger-'))
  const path = join(folder, 'ledger.db')
  const ledger = openLedger(path)
  t.after(() => {
    ledger.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return { ledger, path }
}

function insert(ledger: Ledger, id: string, extra: Partial<NewJob> = {}): void {
  const job = { id, broker: 'b', kind: 'transcribe', inputs: {}, pin: null, idempotencyKey: `k${id}` }
  ledger.insertJob({ ...job, priority: 0, now, replace: false, ...extra })
}

function prepare(ledger: Ledger, jobId: string, number = 1): LedgerAttempt {
  const plan = { workflow: 'w.yml', ref: 'main', runsOn: ['self-hosted', 'mac'], decision: {}, now }
  const attempt = ledger.prepareAttempt({ jobId, number, ...plan })
  assert.ok(attempt)
  return attempt
}

test('A failure that may pass leaves the job in the queue, not before its time', t => {
  const { ledger } = open(t)
  insert(ledger, 'j1')
  const { id } = prepare(ledger, 'j1')
  ledger.moveAttempt({ attemptId: id, to: 'dispatched', now, runId: 7 })
  const move = { attemptId: id, now, reason: 'the machine is gone', failure: 'lost_runner' } as const
  ledger.moveAttempt({ ...move, to: 'failed', retryAt: later })
  const job = ledger.getJob('j1')
  assert.deepEqual([job?.state, job?.notBefore, job?.failure], ['pending', later, null])
  assert.equal(ledger.newestAttempt('j1')?.failure, 'lost_runner')
  const second = prepare(ledger, 'j1', 2)
  ledger.moveAttempt({ ...move, attemptId: second.id, to: 'failed' })
  assert.deepEqual([ledger.getJob('j1')?.state, ledger.getJob('j1')?.failure], ['failed', 'lost_runner'])
})

test('What is active comes by priority, then age, each with its newest attempt', t => {
  const { ledger } = open(t)
  insert(ledger, 'old')
  insert(ledger, 'new', { now: later })
  insert(ledger, 'urgent', { now: later, priority: 5 })
  insert(ledger, 'over')
  ledger.failUnsent('over', 'bad', now)
  const { id } = prepare(ledger, 'old')
  ledger.moveAttempt({ attemptId: id, to: 'failed', now, retryAt: now })
  prepare(ledger, 'old', 2)
  assert.deepEqual(
    ledger.listActive('b').map(({ job, newest }) => [job.id, newest?.number ?? null]),
    [
      ['urgent', null],
      ['old', 2],
      ['new', null],
    ],
  )
})

test('An attempt is given up once, and one that is left behind gives the job a new group', t => {
  const { ledger } = open(t)
  insert(ledger, 'j1')
  const attempt = prepare(ledger, 'j1')
  const why = { because: 'offline', reason: 'mac is offline' }
  assert.equal(ledger.giveUpAttempt(attempt, why, now), true)
  assert.equal(ledger.giveUpAttempt(attempt, { ...why, reason: 'again' }, later), false)
  assert.deepEqual(ledger.newestAttempt('j1')?.givenUp, { ...why, at: now })
  assert.equal(ledger.leaveAttemptBehind(attempt, now), true)
  assert.equal(ledger.leaveAttemptBehind(attempt, now), false)
  assert.equal(ledger.getJob('j1')?.generation, 1)
  assert.equal(ledger.newestAttempt('j1')?.isLeftBehind, true)
})

test('A dead job is put back with all its tries, unless its work was submitted anew', t => {
  const { ledger } = open(t)
  insert(ledger, 'j1', { idempotencyKey: 'same' })
  assert.equal(ledger.reopenJob('j1', now).kind, 'not_dead')
  const { id } = prepare(ledger, 'j1')
  ledger.moveAttempt({ attemptId: id, to: 'failed', now, failure: 'own_failure' })
  const reopened = ledger.reopenJob('j1', later)
  assert.equal(reopened.kind, 'reopened')
  const job = ledger.getJob('j1')
  assert.deepEqual([job?.state, job?.budgetFrom, job?.finishedAt], ['pending', 1, null])
  const second = prepare(ledger, 'j1', 2)
  ledger.moveAttempt({ attemptId: second.id, to: 'failed', now })
  insert(ledger, 'j2', { idempotencyKey: 'same' })
  const refused = ledger.reopenJob('j1', later)
  assert.equal(refused.kind === 'replaced' && refused.by.id, 'j2')
})

test('Dependencies tell the state of what is waited for', t => {
  const { ledger } = open(t)
  insert(ledger, 'j1')
  insert(ledger, 'j2', { after: ['j1', 'gone'] })
  assert.deepEqual(ledger.listDependencies('b'), [
    { jobId: 'j2', afterId: 'gone', state: null },
    { jobId: 'j2', afterId: 'j1', state: 'pending' },
  ])
})

test('A lease has one owner until it runs out, is let go, or a clock was set back', t => {
  const { leases } = open(t).ledger
  assert.equal(leases.take('supervisor', 'a', 30_000, 0), true)
  assert.equal(leases.take('supervisor', 'b', 30_000, 29_999), false)
  assert.equal(leases.take('supervisor', 'a', 30_000, 20_000), true)
  assert.equal(leases.holder('supervisor', 49_999), 'a')
  assert.equal(leases.holder('supervisor', 50_000), null)
  assert.equal(leases.take('supervisor', 'b', 30_000, 50_000), true)
  leases.release('supervisor', 'a')
  assert.equal(leases.holder('supervisor', 60_000), 'b')
  leases.release('supervisor', 'b')
  assert.equal(leases.holder('supervisor', 60_000), null)
  leases.take('supervisor', 'a', 30_000, 10_000_000)
  assert.equal(leases.take('supervisor', 'b', 30_000, 0), true)
})

test('A speed follows the newest measurements', t => {
  const { ledger } = open(t)
  const measured = { broker: 'b', runner: 'mac', kind: 'transcribe' }
  ledger.recordSpeed({ ...measured, speed: 1 })
  for (let at = 0; at < 20; at += 1) ledger.recordSpeed({ ...measured, speed: 0.1 })
  const speed = ledger.listSpeeds('b', 'transcribe').get('mac') ?? 0
  assert.ok(speed > 0.1 && speed < 0.11, String(speed))
})

test('A ledger of the version before is brought up to date with its jobs in it', t => {
  const { path } = open(t)
  const old = `${path}.old`
  const db = new DatabaseSync(old)
  db.exec(jobsMigration.sql)
  db.exec('PRAGMA user_version = 1')
  db.exec(
    `INSERT INTO jobs VALUES ('j1', 'b', 'transcribe', '{}', NULL, 'k', 'pending', NULL, 0, NULL, '${now}', NULL)`,
  )
  db.close()
  const opened = openLedger(old)
  assert.deepEqual([opened.getJob('j1')?.source, opened.getJob('j1')?.generation], ['submitted', 0])
  opened.close()
})
