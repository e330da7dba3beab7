import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProgramOutcome } from '../base/process.ts'
import { classifyFailure } from '../model/classify.ts'
import { concludeRun, type Interruption, type RunFault } from './conclude.ts'
import { keepStep, workStep } from './present.ts'

const exited = (code: number): ProgramOutcome => ({
  ...{ kind: 'exited', code, stdout: '', stderr: '', stdoutCut: false },
})

/** How a run ends, and what the queue makes of it without a result.json. */
function end(program: ProgramOutcome, more: { interruption?: Interruption; fault?: RunFault } = {}) {
  const { conclusion, failedStep, annotations } = concludeRun({
    ...{ program, said: [], runnerName: 'rpi4', timeoutMinutes: 5 },
    interruption: more.interruption ?? null,
    fault: more.fault ?? null,
  })
  const failure = classifyFailure({ conclusion, annotations, failedStep, errorCode: null, exitCode: null })
  return [conclusion, conclusion === 'success' ? null : failure]
}

test('a run ends as its program does, and the queue knows what kind of failure it was', () => {
  assert.deepEqual(end(exited(0)), ['success', null])
  assert.deepEqual(end(exited(1)), ['failure', 'own_failure'])
  assert.deepEqual(end(exited(75)), ['failure', 'temporary'])
  const killed: ProgramOutcome = { kind: 'signalled', signal: 'SIGKILL', stdout: '', stderr: '' }
  assert.deepEqual(end(killed), ['failure', 'out_of_memory'])
  assert.deepEqual(end({ kind: 'not_found' }), ['failure', 'own_failure'])
})

test('whoever interrupted a run says how it ended', () => {
  const aborted: ProgramOutcome = { kind: 'aborted', stdout: '', stderr: '' }
  assert.deepEqual(end(aborted, { interruption: 'cancel' }), ['cancelled', 'cancelled'])
  assert.deepEqual(end(aborted, { interruption: 'timeout' }), ['failure', 'timeout'])
  assert.deepEqual(end(aborted, { interruption: 'shutdown' }), ['failure', 'lost_runner'])
})

test('a result that could not be kept is a failure that may pass', () => {
  assert.deepEqual(end(exited(0), { fault: { step: keepStep, message: 'The result is too large.' } }), [
    'failure',
    'temporary',
  ])
})

test('a machine whose disk is full is known for that', () => {
  const fault = { step: workStep, message: 'ENOSPC: no space left on device, mkdir' }
  assert.deepEqual(end(exited(0), { fault }), ['failure', 'disk_full'])
})
