import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { runStepProgram } from './step-process.ts'

/** Several times as much as a pipe holds. */
const lineCount = 100_000
const program = {
  program: 'seq',
  args: ['1', String(lineCount)],
  cwd: '/',
  env: { PATH: process.env['PATH'] ?? '' },
}

test('a program that writes faster than there is room waits, and loses nothing', async () => {
  let lines = 0
  const waits: { readonly from: number; readonly to: number }[] = []
  /** Long enough for all that a stream that reads on would bring. */
  const wait = async () => {
    const from = lines
    for (let turns = 0; turns < 1000; turns += 1) await turn()
    waits.push({ from, to: lines })
  }
  const end = await runStepProgram(program, {
    signal: new AbortController().signal,
    onLine: line => {
      lines += 1
      assert.equal(line, String(lines))
    },
    room: () => (waits.length === 0 ? wait() : null),
  })
  assert.deepEqual(end, { kind: 'exited', code: 0 })
  assert.equal(lines, lineCount)
  assert.ok(waits[0] && waits[0].from > 0)
  assert.equal(waits[0].to, waits[0].from)
})
