import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storedJob } from '../../../test/support/stored-job.ts'
import { assign } from './assign.ts'

const job = (id: number, ...labels: string[]) => storedJob({ id, labels })
const pairs = (...parameters: Parameters<typeof assign>) =>
  assign(...parameters).map(assignment => [assignment.job.id, assignment.runnerId])

test('the oldest job is served first, and each runner gets one', () => {
  const idle = [{ id: 1, labels: ['x'] }]
  assert.deepEqual(pairs([job(7, 'x'), job(8, 'x')], idle), [[7, 1]])
})

test('a job that no idle runner can take does not hold up those behind it', () => {
  const idle = [{ id: 1, labels: ['x'] }]
  assert.deepEqual(pairs([job(7, 'gpu'), job(8, 'x')], idle), [[8, 1]])
})

test('a runner needs every label of the job, in any case', () => {
  const idle = [
    { id: 1, labels: ['self-hosted'] },
    { id: 2, labels: ['Self-Hosted', 'AUDIO', 'extra'] },
  ]
  assert.deepEqual(pairs([job(7, 'self-hosted', 'audio')], idle), [[7, 2]])
})
