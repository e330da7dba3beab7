import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Conclusion, Run, RunStatus } from '../model/run.ts'
import { mayStart } from './may-start.ts'

/** A run of attempt `number` of the job, or of whatever the title says. */
function run(id: number, number: number | string, state: RunStatus | Conclusion): Run {
  const isStatus = state === 'queued' || state === 'in_progress' || state === 'pending' || state === 'waiting'
  return {
    id,
    title: typeof number === 'string' ? number : `Transcribe audio [jx.${number}]`,
    status: isStatus ? state : 'completed',
    conclusion: isStatus ? null : (state as Conclusion),
    url: `http://hub/runs/${id}`,
    workflowPath: '.github/workflows/transcribe_audio.yml',
    createdAt: '2026-11-25T12:00:00Z',
    updatedAt: '2026-11-25T12:00:00Z',
  }
}

/** What becomes of run 10, which is attempt 2, beside these: 'start', or why not and for which run. */
function decide(others: readonly Run[], ignored: readonly number[] = []): string {
  const own = { id: 10, attempt: { job: 'jx', number: 2 }, ignored: new Set(ignored) }
  const decision = mayStart(own, [run(10, 2, 'in_progress'), ...others])
  return decision.kind === 'start' ? 'start' : `${decision.why} ${decision.by.id}`
}

const cases: readonly [string, readonly Run[], string][] = [
  ['alone', [], 'start'],
  ['runs of other jobs and of none', [run(7, '[jy.2]', 'success'), run(8, 'jx.2', 'success')], 'start'],
  ['an earlier attempt that succeeded', [run(7, 1, 'success')], 'done 7'],
  ['a later attempt that succeeded', [run(12, 3, 'success')], 'done 12'],
  ['an earlier attempt that failed', [run(7, 1, 'failure')], 'start'],
  ['an earlier attempt that was cancelled', [run(7, 1, 'cancelled')], 'start'],
  ['an earlier attempt at work', [run(7, 1, 'in_progress')], 'ahead 7'],
  ['a later attempt at work', [run(12, 3, 'in_progress')], 'ahead 12'],
  ['an earlier attempt that waits', [run(7, 1, 'queued'), run(8, 1, 'pending')], 'start'],
  ['the same attempt, failed', [run(9, 2, 'failure')], 'repeated 9'],
  ['the same attempt, timed out', [run(11, 2, 'timed_out')], 'repeated 11'],
  ['the same attempt, cancelled or skipped', [run(9, 2, 'cancelled'), run(8, 2, 'skipped')], 'start'],
  ['the same attempt, older and at work', [run(9, 2, 'in_progress')], 'ahead 9'],
  ['the same attempt, younger and at work', [run(11, 2, 'in_progress')], 'start'],
  ['the same attempt, waiting', [run(9, 2, 'waiting')], 'start'],
  ['one at work and one done', [run(9, 1, 'in_progress'), run(7, 1, 'success')], 'done 7'],
]

for (const [name, others, expected] of cases) {
  test(`beside ${name}: ${expected}`, () => assert.equal(decide(others), expected))
}

test('what was given up counts for nothing, done or at work', () => {
  const others = [run(7, 1, 'in_progress'), run(8, 1, 'success'), run(9, 2, 'failure')]
  assert.equal(decide(others, [7, 8, 9]), 'start')
  assert.equal(decide(others, [8, 9]), 'ahead 7')
})
