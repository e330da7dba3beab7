import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RelayError } from './errors.ts'
import { runProgram } from './process.ts'

const sh = (script: string) => ['-c', script]

test('a program that ends gives its code and both streams', async () => {
  const outcome = await runProgram('sh', sh('cat; echo oops >&2; exit 3'), { input: 'héllo' })
  assert.deepEqual(outcome, { kind: 'exited', code: 3, stdout: 'héllo', stderr: 'oops\n', stdoutCut: false })
})

test('arguments are never read by a shell', async () => {
  const outcome = await runProgram('printf', ['%s', '$(id); `id` "x"'])
  assert.equal(outcome.kind === 'exited' && outcome.stdout, '$(id); `id` "x"')
})

test('only the given environment and folder are used', async () => {
  const outcome = await runProgram('/bin/sh', sh('echo "$ONLY:$HOME"; pwd'), {
    env: { ONLY: 'this' },
    cwd: '/',
  })
  assert.equal(outcome.kind === 'exited' && outcome.stdout, 'this:\n/\n')
})

test('a program that does not exist is an outcome, a folder that does not exist is an error', async () => {
  assert.deepEqual(await runProgram('no-such-program-here', []), { kind: 'not_found' })
  await assert.rejects(
    runProgram('sh', [], { cwd: '/no/such/folder' }),
    (error: unknown) => error instanceof RelayError && error.message.includes('/no/such/folder'),
  )
})

test('a program killed by a signal that was not ours says which', async () => {
  const outcome = await runProgram('sh', sh('kill -SEGV $$'))
  assert.equal(outcome.kind === 'signalled' && outcome.signal, 'SIGSEGV')
})

test('a timeout ends the whole group, also a child that ignores TERM', { timeout: 10_000 }, async () => {
  const outcome = await runProgram('sh', sh('trap "" TERM; echo up; while :; do sleep 1; done'), {
    timeoutMs: 150,
    graceMs: 100,
  })
  assert.equal(outcome.kind, 'timed_out')
  assert.equal(outcome.kind === 'timed_out' && outcome.stdout, 'up\n')
})

test('an abort ends the program, and one given beforehand starts nothing', async () => {
  const stop = new AbortController()
  const outcome = await runProgram('sh', sh('echo up; exec sleep 60'), {
    signal: stop.signal,
    onStdoutLine: () => stop.abort(),
  })
  assert.equal(outcome.kind, 'aborted')
  assert.equal((await runProgram('sh', sh('exit 1'), { signal: AbortSignal.abort() })).kind, 'aborted')
})

test('a child left behind with the pipes open does not hold the outcome up', {
  timeout: 10_000,
}, async () => {
  const outcome = await runProgram('sh', sh('sleep 60 & echo done'))
  assert.equal(outcome.kind === 'exited' && outcome.stdout, 'done\n')
})

test('output beyond the limit is dropped: the end of stdout, the beginning of stderr', async () => {
  const script = 'i=0; while [ $i -lt 3000 ]; do echo $i; echo $i >&2; i=$((i+1)); done'
  const lines: string[] = []
  const outcome = await runProgram('sh', sh(script), {
    maxOutputBytes: 100,
    onStdoutLine: line => lines.push(line),
  })
  assert.equal(outcome.kind, 'exited')
  if (outcome.kind !== 'exited') return
  assert.equal(outcome.stdout.length, 100)
  assert.ok(outcome.stdout.startsWith('0\n1\n'))
  assert.ok(outcome.stdoutCut)
  assert.equal(outcome.stderr.length, 100)
  assert.ok(outcome.stderr.endsWith('2998\n2999\n'))
  assert.equal(lines.length, 3000)
})

test('a program that does not read its input is not an error', async () => {
  const outcome = await runProgram('true', [], { input: 'x'.repeat(1_000_000) })
  assert.equal(outcome.kind === 'exited' && outcome.code, 0)
})
