import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storedJob } from '../../../test/support/stored-job.ts'
import type { JobTemplate, Workflow } from '../../workflow/workflow.ts'
import { advance } from './advance.ts'
import { conclusionOfRun, resultOfJobs } from './results.ts'

test('a job is planned when all it needs has ended, and only once', () => {
  const run = runOf({ a: [], b: ['a'], c: ['a', 'b'] })
  assert.deepEqual(kinds(advance(run, [])), ['plan a'])
  const a = storedJob({ id: 1, key: 'a', status: 'queued' })
  assert.deepEqual(kinds(advance(run, [a])), [])
  const ended = storedJob({ ...a, status: 'completed', conclusion: 'failure' })
  assert.deepEqual(kinds(advance(run, [ended])), ['plan b'], 'its `if` says what a failed need means')
})

test('a run is concluded when every job has ended', () => {
  const jobs = [storedJob({ key: 'a', status: 'completed', conclusion: 'success' })]
  assert.deepEqual(advance(runOf({ a: [] }), jobs), [{ kind: 'conclude', conclusion: 'success' }])
})

test('instances are released up to max-parallel, counting those their group holds', () => {
  const instance = (id: number, status: 'waiting' | 'pending') =>
    storedJob({ id, key: 'a', status, maxParallel: 2 })
  const jobs = [instance(1, 'pending'), instance(2, 'waiting'), instance(3, 'waiting')]
  assert.deepEqual(kinds(advance(runOf({ a: [] }), jobs)), ['release 2'])
})

test('a failure under fail-fast cancels each open sibling once', () => {
  const jobs = [
    storedJob({ id: 1, key: 'a', status: 'completed', conclusion: 'failure', failFast: true }),
    storedJob({ id: 2, key: 'a', status: 'in_progress', failFast: true }),
    storedJob({ id: 3, key: 'a', status: 'in_progress', failFast: true, cancelMs: 1 }),
  ]
  assert.deepEqual(kinds(advance(runOf({ a: [] }), jobs)), ['fail_fast 2'])
})

test('the worst instance decides, and a run someone cancelled is cancelled', () => {
  const ended = (conclusion: 'success' | 'failure' | 'cancelled' | 'skipped' | 'timed_out') =>
    storedJob({ status: 'completed', conclusion })
  assert.equal(resultOfJobs([ended('success'), ended('skipped')]), 'success')
  assert.equal(resultOfJobs([ended('skipped')]), 'skipped')
  assert.equal(resultOfJobs([ended('cancelled'), ended('timed_out')]), 'failure')
  assert.equal(conclusionOfRun([ended('failure'), ended('cancelled')], false), 'failure')
  assert.equal(conclusionOfRun([ended('failure'), ended('cancelled')], true), 'cancelled')
  assert.equal(conclusionOfRun([ended('success')], true), 'success', 'the cancellation came too late')
})

function runOf(needs: Readonly<Record<string, readonly string[]>>) {
  const jobs = Object.entries(needs).map(([key, wanted]) => ({ key, needs: wanted }) as JobTemplate)
  return { workflow: { jobs } as unknown as Workflow, cancelRequested: false }
}

function kinds(decisions: ReturnType<typeof advance>): string[] {
  return decisions.map(decision => {
    if (decision.kind === 'plan') return `plan ${decision.template.key}`
    return decision.kind === 'conclude' ? decision.conclusion : `${decision.kind} ${decision.job.id}`
  })
}
