import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { RelayError } from '../base/errors.ts'
import {
  type AttemptState,
  attemptStates,
  isLegalAttemptMove,
  isLegalJobMove,
  jobStateOfAttempt,
  jobStates,
} from '../model/job.ts'
import { type Ledger, openLedger } from './ledger.ts'
import type { NewJob } from './records.ts'

const now = '2026-01-01T00:00:00.000Z'

describe('the ledger', () => {
  let folder: string
  let path: string
  let ledger: Ledger
  let count = 0
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relayq-ledger-'))
    path = join(folder, 'state', 'ledger.db')
    ledger = openLedger(path)
  })
  afterEach(() => {
    ledger.close()
    rmSync(folder, { recursive: true, force: true })
  })

  function newJob(extra: Partial<NewJob> = {}): NewJob {
    count += 1
    const request = {
      broker: 'b',
      kind: 'transcribe',
      inputs: { url: 'u' },
      pin: null,
      priority: 0,
      now,
      replace: false,
    }
    return { id: `j${count}`, idempotencyKey: `k${count}`, ...request, ...extra }
  }

  function insert(extra: Partial<NewJob> = {}): string {
    const outcome = ledger.insertJob(newJob(extra))
    assert.equal(outcome.kind, 'created')
    return outcome.job.id
  }

  function prepare(jobId: string, number = 1) {
    const plan = {
      workflow: 'w.yml',
      ref: 'main',
      runsOn: ['self-hosted', 'mac'],
      decision: { label: 'mac' },
      now,
    }
    return ledger.prepareAttempt({ jobId, number, ...plan })
  }

  it('is private: its file 0600, its folder 0700', () => {
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(statSync(join(folder, 'state')).mode & 0o777, 0o700)
    insert()
    assert.equal(statSync(`${path}-wal`).mode & 0o777, 0o600)
  })

  it('keeps everything across a reopening', () => {
    const id = insert({ pin: 'mac', priority: 3 })
    const attempt = prepare(id)
    const before = ledger.getJob(id)
    ledger.close()
    ledger = openLedger(path)
    assert.deepEqual(ledger.getJob(id), before)
    assert.deepEqual([before?.pin, before?.priority, before?.decision], ['mac', 3, { label: 'mac' }])
    assert.deepEqual(ledger.newestAttempt(id), attempt)
    assert.deepEqual(attempt?.runsOn, ['self-hosted', 'mac'])
  })

  it('refuses a file of a newer version and a file that is none, clearly', () => {
    ledger.close()
    const db = new DatabaseSync(path)
    db.exec('PRAGMA user_version = 99')
    db.close()
    assert.throws(
      () => openLedger(path),
      (error: unknown) => {
        assert.ok(error instanceof RelayError)
        assert.match(error.message, /ledger .* has schema 99; this version of RelayQ knows 5/)
        assert.match(error.hint ?? '', /newer RelayQ/)
        return true
      },
    )
    const garbage = join(folder, 'garbage.db')
    writeFileSync(garbage, 'this is no database, however long it may be '.repeat(100))
    assert.throws(() => openLedger(garbage), {
      code: 'internal',
      message: /cannot be used: file is not a database/,
    })
    rmSync(path)
    ledger = openLedger(path)
  })

  describe('keys', () => {
    for (const state of jobStates) {
      const holds = !['failed', 'cancelled', 'expired'].includes(state)
      it(`a ${state} job ${holds ? 'holds' : 'does not hold'} its key`, () => {
        const id = insert({ idempotencyKey: 'same' })
        if (state !== 'pending') ledger.moveJob({ jobId: id, to: state, now, reason: null })
        assert.equal(ledger.getJob(id)?.state, state)
        const again = ledger.insertJob(newJob({ idempotencyKey: 'same' }))
        assert.equal(again.kind, holds ? 'duplicate' : 'created')
        assert.equal(again.job.id === id, holds)
      })
    }

    it('are of one broker', () => {
      insert({ idempotencyKey: 'same' })
      insert({ idempotencyKey: 'same', broker: 'other' })
    })

    it('pass to a job that replaces their holder', () => {
      const first = insert({ idempotencyKey: 'same' })
      const second = insert({ idempotencyKey: 'same', replace: true })
      assert.equal(ledger.findByKey('b', 'same')?.id, second)
      assert.equal(ledger.getJob(first)?.state, 'pending')
    })
  })

  describe('moves', () => {
    it('of a job happen exactly where they are legal, with one event each', () => {
      for (const from of jobStates) {
        for (const to of jobStates) {
          const id = insert()
          if (from !== 'pending') ledger.moveJob({ jobId: id, to: from, now, reason: null })
          const events = ledger.listEvents(id).length
          const moved = ledger.moveJob({ jobId: id, to, now, reason: 'why' })
          assert.equal(moved, isLegalJobMove(from, to), `${from} to ${to}`)
          assert.equal(ledger.getJob(id)?.state, moved ? to : from)
          assert.equal(ledger.listEvents(id).length - events, moved ? 1 : 0)
        }
      }
    })

    it('of an attempt happen exactly where they are legal, and its job follows', () => {
      const ways: Readonly<Record<AttemptState, readonly AttemptState[]>> = {
        prepared: [],
        unknown: ['unknown'],
        dispatched: ['dispatched'],
        running: ['dispatched', 'running'],
        succeeded: ['dispatched', 'succeeded'],
        failed: ['failed'],
        cancelled: ['cancelled'],
        rejected: ['rejected'],
      }
      for (const from of attemptStates) {
        for (const to of attemptStates) {
          const id = insert()
          const attempt = prepare(id)
          assert.ok(attempt)
          for (const state of ways[from]) ledger.moveAttempt({ attemptId: attempt.id, to: state, now })
          const moved = ledger.moveAttempt({ attemptId: attempt.id, to, now, reason: 'why' })
          assert.equal(moved, isLegalAttemptMove(from, to), `${from} to ${to}`)
          const state = moved ? to : from
          assert.equal(ledger.newestAttempt(id)?.state, state)
          assert.equal(ledger.getJob(id)?.state, jobStateOfAttempt(state))
          if (moved) assert.equal(ledger.getJob(id)?.reason, 'why')
        }
      }
    })

    it('of an older attempt leave the job alone', () => {
      const id = insert()
      prepare(id)
      prepare(id, 2)
      ledger.moveAttempt({ attemptId: `${id}.1`, to: 'failed', now })
      assert.equal(ledger.getJob(id)?.state, 'pending')
    })

    it('of what does not exist are refused', () => {
      assert.equal(ledger.moveJob({ jobId: 'absent', to: 'failed', now, reason: null }), false)
      assert.equal(ledger.moveAttempt({ attemptId: 'absent.1', to: 'failed', now }), false)
    })
  })

  it('lets the first writer prepare an attempt, and none for a job that is over', () => {
    const id = insert()
    assert.equal(prepare(id)?.id, `${id}.1`)
    assert.equal(prepare(id), null)
    ledger.moveJob({ jobId: id, to: 'cancelled', now, reason: null })
    assert.equal(prepare(id, 2), null)
  })

  it('fails a job as refused only while no attempt was written', () => {
    const [refused, attempted] = [insert(), insert()]
    prepare(attempted)
    assert.equal(ledger.failUnsent(refused, 'too large', now), true)
    assert.equal(ledger.failUnsent(attempted, 'too large', now), false)
    assert.deepEqual([ledger.getJob(refused)?.state, ledger.getJob(attempted)?.state], ['failed', 'pending'])
  })

  it('lets one process claim the sending of an attempt', () => {
    const attempt = prepare(insert())
    assert.ok(attempt)
    const claimed = ledger.claimResend(attempt, '2026-01-01T00:02:00.000Z')
    assert.equal(claimed?.sentAt, '2026-01-01T00:02:00.000Z')
    assert.equal(ledger.claimResend(attempt, '2026-01-01T00:02:01.000Z'), null)
    ledger.releaseAttempt(claimed)
    const released = ledger.newestAttempt(attempt.jobId)
    assert.equal(released?.sentAt, null)
    assert.equal(ledger.claimResend(released, now)?.sentAt, now)
    ledger.moveAttempt({ attemptId: attempt.id, to: 'dispatched', now, runId: 7 })
    assert.equal(ledger.claimResend({ ...attempt, sentAt: now }, now), null)
    assert.equal(ledger.findByRun('b', 7)?.id, attempt.jobId)
    assert.equal(ledger.findByRun('other', 7), null)
  })

  it('never changes an event', () => {
    insert()
    const db = new DatabaseSync(path)
    assert.throws(() => db.exec(`UPDATE events SET type = 'x'`), /append-only/)
    db.close()
  })

  it('tells a reason once, and no more once the job is over', () => {
    const id = insert()
    const wait = { jobId: id, state: 'pending', now } as const
    ledger.setReason({ ...wait, reason: 'mac offline' })
    ledger.setReason({ ...wait, reason: 'mac offline' })
    assert.equal(ledger.listEvents(id).filter(event => event.type === 'reason').length, 1)
    ledger.moveJob({ jobId: id, to: 'failed', now, reason: 'for good' })
    ledger.setReason({ ...wait, reason: 'later' })
    assert.equal(ledger.getJob(id)?.reason, 'for good')
  })

  it('keeps the newest facts of a runner', () => {
    ledger.recordFacts('b', 'mac', { ffmpeg: true, reportedAt: '2026-01-02' })
    ledger.recordFacts('b', 'mac', { ffmpeg: false, reportedAt: '2026-01-01' })
    assert.deepEqual(ledger.listFacts('b').get('mac'), { ffmpeg: true, reportedAt: '2026-01-02' })
    assert.equal(ledger.listFacts('other').size, 0)
  })

  it('lists the jobs of one broker, newest first, by state', () => {
    const ids = [insert(), insert(), insert()]
    insert({ broker: 'other' })
    ledger.moveJob({ jobId: ids[0] ?? '', to: 'failed', now, reason: null })
    assert.deepEqual(
      ledger.listJobs({ broker: 'b', limit: 2 }).map(job => job.id),
      [ids[2], ids[1]],
    )
    assert.deepEqual(
      ledger.listJobs({ broker: 'b', states: ['failed'], limit: 9 }).map(job => job.id),
      [ids[0]],
    )
  })
})
