import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeRunning } from './running-jobs.ts'

test('stopping says what it means for the jobs that run', () => {
  assert.equal(describeRunning([]), null)
  assert.equal(
    describeRunning(['macmini']),
    'a job is running (macmini); it gets 10 s to finish, then it is cancelled',
  )
  assert.equal(
    describeRunning(['macmini', 'rpi4']),
    '2 jobs are running (macmini, rpi4); they get 10 s to finish, then they are cancelled',
  )
})
