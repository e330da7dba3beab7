import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LedgerAttempt, LedgerEvent, LedgerJob } from '../../src/ledger/records.ts'
import type { JobEvidence, SeenRun } from './evidence.ts'
import { judge } from './verdict.ts'

interface Told {
  readonly job?: Partial<LedgerJob>
  readonly events?: readonly string[]
  readonly runs?: readonly Partial<SeenRun>[]
  readonly doneIn?: readonly number[]
  readonly resultOf?: string | null
}

/** A job that was done by its run 2, unless told otherwise. */
function evidence(told: Told): JobEvidence {
  const job = { id: 'j1', state: 'succeeded', failure: null, reason: null, finishedAt: 'now', ...told.job }
  const attempt = { id: 'j1.1', state: job.state, runId: 2 } as LedgerAttempt
  const events = (told.events ?? [`job.${job.state}`]).map(type => ({ type }) as LedgerEvent)
  const run = { id: 2, conclusion: 'success', hasResult: true, takenAt: 10, endedAt: 20 }
  return {
    view: {
      ...{ kind: 'job', job: job as LedgerJob, attempts: [attempt], events },
      ...{ decision: null, after: [], waiting: null, workflowJobs: [] },
    },
    runs: (told.runs ?? [run]).map(more => ({ ...run, ...more })),
    doneIn: told.doneIn ?? [2],
    resultOf: told.resultOf === undefined ? 'j1.1' : told.resultOf,
  }
}

const dead = { state: 'failed', failure: 'lost_runner', reason: 'its machine was lost' } as const

const table: readonly (readonly [says: string, Told, broken: RegExp | null])[] = [
  ['a job that was done', {}, null],
  ['a job that is dead for a reason', { job: dead, doneIn: [], runs: [{ hasResult: false }] }, null],
  ['a job that is still open', { job: { state: 'queued', finishedAt: null } }, /not over: queued/],
  ['a success that was told twice', { events: ['job.succeeded', 'job.succeeded'] }, /ended 2 times/],
  ['a success without a result', { resultOf: null }, /its result is of null/],
  ['a success without work', { doneIn: [] }, /no work was done/],
  ['a dead job whose result is there', { job: dead }, /it is dead, and run 2 has its result/],
  ['a dead job without a class', { job: { ...dead, failure: 'unknown' }, doneIn: [] }, /not told why/],
  [
    'two runs side by side',
    { runs: [{}, { id: 3, takenAt: 15, endedAt: 30, hasResult: false }] },
    /runs 2 and 3 were at work together/,
  ],
  ['one run after the other', { runs: [{}, { id: 3, takenAt: 20, endedAt: 30, hasResult: false }] }, null],
  [
    'work done again although its result was kept',
    { runs: [{ id: 1, takenAt: 1, endedAt: 5 }, {}], doneIn: [1, 2] },
    /run 1 had done the work and kept its result/,
  ],
  [
    'work that was cancelled when it was done',
    {
      runs: [{ id: 1, conclusion: 'cancelled', takenAt: 1, endedAt: 5, hasResult: false }, {}],
      doneIn: [1, 2],
    },
    /run 1 was cancelled when it had done the work/,
  ],
]

for (const [says, told, broken] of table) {
  test(`Of ${says}, the verdict is ${broken === null ? 'good' : 'that a promise was broken'}`, () => {
    const verdict = judge([evidence(told)])
    if (broken) assert.match(verdict.broken.join('\n'), broken)
    else assert.deepEqual(verdict.broken, [])
  })
}

test('Work that was done again since no result was kept is told, and breaks no promise', () => {
  const runs = [{ id: 1, conclusion: 'failure', takenAt: 1, endedAt: 5, hasResult: false }, {}]
  const verdict = judge([evidence({ runs, doneIn: [1, 2] })])
  assert.deepEqual([verdict.doneTwice.length, verdict.broken.length], [1, 0])
})
