import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ErrorCode, errorCodes } from '../base/errors.ts'
import { classifyFailure, type FailureSigns } from './classify.ts'
import { type FailureClass, retryableFailures } from './failure.ts'
import { failureOfError } from './failure-of-error.ts'
import { runnerStopped } from './runner-stopped.ts'

const retryable: ReadonlySet<FailureClass> = new Set(retryableFailures)

const failed: FailureSigns = {
  conclusion: 'failure',
  annotations: [],
  failedStep: 'Transcribe',
  errorCode: null,
  exitCode: null,
}

function said(...messages: readonly string[]): FailureSigns {
  return { ...failed, annotations: messages.map(message => ({ level: 'failure', title: null, message })) }
}

const annotated: readonly (readonly [string, FailureClass])[] = [
  [
    'The self-hosted runner: rpi4 lost communication with the server. Verify the machine is running and has a healthy network connection. Anything in your workflow that terminates the runner process, starves it for CPU/Memory, or blocks its network access can cause this error.',
    'lost_runner',
  ],
  [
    "The self-hosted runner lost communication with the server: 'rpi4' neither polled nor reported in time. Check that the machine is running and its network connection is sound; a process killed for want of memory or CPU looks the same.",
    'lost_runner',
  ],
  [
    'The runner has received a shutdown signal. This can happen when the runner service is stopped, or a manually started runner is canceled.',
    'lost_runner',
  ],
  ['The job was not acquired by Runner of type self-hosted even after multiple attempts', 'lost_runner'],
  ['The job was not acquired by any runner within 24 hours, so it was cancelled.', 'lost_runner'],
  [
    'This request was automatically failed because there were no enabled runners online to process the request for more than 1 days.',
    'lost_runner',
  ],
  ['The job has exceeded the maximum execution time while awaiting a runner for 24h0m0s', 'lost_runner'],
  ['The hosted runner encountered an error while running your job.', 'lost_runner'],
  [
    'The worker of this job ended without a report (SIGKILL); whatever it had started was ended too.',
    'lost_runner',
  ],
  [
    "System.IO.IOException: No space left on device : '/home/runner/_diag/Worker_20240929-071716-utc.log'",
    'disk_full',
  ],
  ['The job running on runner rpi4 has exceeded the maximum execution time of 360 minutes.', 'timeout'],
  ['The job has exceeded the maximum execution time of 6h0m0s', 'timeout'],
  ["Canceling since a higher priority waiting request for 'relayq-jx' exists", 'superseded'],
  ['Process completed with exit code 137.', 'out_of_memory'],
  ['Process was ended by SIGKILL.', 'out_of_memory'],
  ['API rate limit exceeded for installation ID 7.', 'rate_limit'],
  ['Process completed with exit code 75.', 'temporary'],
  ['Internal server error. Correlation ID: 79b9a27c-24a5-41cb-b9af-7f4a788e3b2a', 'temporary'],
  ['Process completed with exit code 1.', 'own_failure'],
]

for (const [message, expected] of annotated) {
  test(`"${message.slice(0, 90)}" is ${expected}`, () => {
    assert.equal(classifyFailure(said(message)), expected)
  })
}

test('a warning is no reason', () => {
  const message = 'No space left on device'
  const signs = { ...failed, annotations: [{ level: 'warning', title: null, message } as const] }
  assert.equal(classifyFailure(signs), 'own_failure')
})

test('of several annotations the cause counts, not what followed from it', () => {
  const shutdown = 'The runner has received a shutdown signal. This can happen when ...'
  const killed = 'Process completed with exit code 137.'
  assert.equal(classifyFailure(said(killed, shutdown, 'The operation was canceled.')), 'lost_runner')
  assert.equal(
    classifyFailure(
      said('The self-hosted runner lost communication with the server.', 'No space left on device'),
    ),
    'disk_full',
  )
})

test("the job's own word comes before the exit code it ended with", () => {
  const signs = said('Process completed with exit code 75.')
  assert.equal(classifyFailure({ ...signs, errorCode: 'disk_full' }), 'disk_full')
  assert.equal(classifyFailure({ ...signs, errorCode: 'superseded' }), 'superseded')
  assert.equal(classifyFailure({ ...signs, errorCode: 'code_of_the_future' }), 'temporary')
})

test('a job that was told to stop is cancelled, unless something else is known to have stopped it', () => {
  const stopped = { ...failed, conclusion: 'cancelled', errorCode: 'cancelled' } as const
  assert.equal(classifyFailure(stopped), 'cancelled')
  assert.equal(classifyFailure({ ...stopped, errorCode: null }), 'cancelled')
  const { annotations } = said('The job has exceeded the maximum execution time of 1m0s')
  assert.equal(classifyFailure({ ...stopped, annotations }), 'timeout')
})

test('a job that was told to stop because its machine stops is interrupted, whatever that made of its steps', () => {
  const { annotations } = said('Process completed with exit code 137.', runnerStopped)
  const stopped = { ...failed, annotations, conclusion: 'cancelled' } as const
  assert.equal(classifyFailure(stopped), 'interrupted')
  assert.equal(classifyFailure({ ...stopped, errorCode: 'cancelled' }), 'interrupted')
  assert.equal(classifyFailure({ ...stopped, errorCode: 'not_media' }), 'bad_input')
  const mimic = said(runnerStopped)
  assert.equal(classifyFailure(mimic), 'own_failure', 'a step may say so too, and fail')
})

test('conclusions, steps and exit codes tell where nobody says a word', () => {
  const cases: readonly (readonly [Partial<FailureSigns>, FailureClass])[] = [
    [{ conclusion: 'timed_out' }, 'timeout'],
    [{ conclusion: 'stale' }, 'lost_runner'],
    [{ exitCode: 137 }, 'out_of_memory'],
    [{ exitCode: 75 }, 'temporary'],
    [{ exitCode: 1 }, 'own_failure'],
    [{ failedStep: 'Set up job' }, 'temporary'],
    [{ failedStep: 'Install relayq', exitCode: 1 }, 'network'],
    [{}, 'own_failure'],
    [{ failedStep: null }, 'unknown'],
    [{ conclusion: 'startup_failure', failedStep: null }, 'unknown'],
    [{ errorCode: 'internal', exitCode: 1 }, 'own_failure'],
  ]
  for (const [signs, expected] of cases)
    assert.equal(classifyFailure({ ...failed, ...signs }), expected, JSON.stringify(signs))
})

test('every error has its class, and those worth another try are the ones with exit code 75', () => {
  for (const code of Object.keys(errorCodes) as ErrorCode[]) {
    assert.ok(failureOfError[code], code)
    assert.equal(retryable.has(failureOfError[code]), errorCodes[code] === 75, code)
  }
})
