import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeRunning } from './running-jobs.ts'

const job = (id: string) => ({ title: `Transcribe [${id}.1]` })
const stranger = { title: 'Transcribe []' }

test('stopping says what it means for the jobs that run', () => {
  assert.equal(describeRunning([], []), null)
  assert.equal(
    describeRunning(['macmini'], [job('j1')]),
    'a job is running (macmini); what is not done in 10 s is taken up again by the supervisor of the next relayq up',
  )
  assert.equal(
    describeRunning(['macmini', 'rpi4'], [job('j1'), job('j2')]),
    '2 jobs are running (macmini, rpi4); what is not done in 10 s is taken up again by the supervisor of the next relayq up',
  )
})

test('stopping says that runs which nobody submitted do not come back', () => {
  assert.equal(
    describeRunning(['macmini'], [stranger]),
    'a job is running (macmini); what is not done in 10 s is cancelled: it was not sent by relayq submit',
  )
  assert.equal(
    describeRunning(['macmini', 'rpi4'], [stranger, job('j1')]),
    '2 jobs are running (macmini, rpi4); what is not done in 10 s is taken up again by the supervisor of the next relayq up, but is cancelled where it was not sent by relayq submit',
  )
})
