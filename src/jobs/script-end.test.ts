import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProgramOutcome } from '../base/process.ts'
import { failureOfError } from '../model/failure-of-error.ts'
import { faultOfScript } from './script-end.ts'

function fault(outcome: ProgramOutcome): readonly [string, string] | null {
  const error = faultOfScript('jobs/x.sh', outcome, text => text.replaceAll('hush', '***'))
  return error && [failureOfError[error.code], error.message]
}

const exited = (code: number, stderr = ''): ProgramOutcome => {
  return { kind: 'exited', code, stdout: '', stdoutCut: false, stderr }
}

test('0 is success, 75 passes, everything else is the script’s own failure', () => {
  assert.equal(fault(exited(0, 'a warning')), null)
  assert.deepEqual(fault(exited(75)), ['temporary', 'jobs/x.sh says that its failure passes.'])
  assert.deepEqual(fault(exited(3)), ['own_failure', 'jobs/x.sh ended with exit code 3.'])
  const crashed: ProgramOutcome = { kind: 'signalled', signal: 'SIGSEGV', stdout: '', stderr: '' }
  assert.deepEqual(fault(crashed), ['own_failure', 'jobs/x.sh was ended by SIGSEGV.'])
})

test('a script that was killed without being told to lacked memory, one that cannot be started a program', () => {
  const killed: ProgramOutcome = { kind: 'signalled', signal: 'SIGKILL', stdout: '', stderr: '' }
  assert.equal(fault(killed)?.[0], 'out_of_memory')
  assert.equal(fault(exited(137))?.[0], 'out_of_memory')
  const [failure, message] = fault({ kind: 'not_found' }) ?? []
  assert.equal(failure, 'model_missing')
  assert.match(message ?? '', /names a program in its first line that is not here/)
})

test('the last words are a line: not endless, without secrets and without commands', () => {
  const [, message] = fault(exited(1, 'one\ntwo\r\n\n::error::three\nfour\nfive hush\n\u001b[31msix\n')) ?? []
  assert.equal(message, 'jobs/x.sh ended with exit code 1: two | ::error::three | four | five *** | [31msix.')
  const [, long = ''] = fault(exited(1, 'é'.repeat(5_000))) ?? []
  assert.ok(long.length < 700)
})
