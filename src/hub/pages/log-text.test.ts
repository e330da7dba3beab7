import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readLogTail } from './log-text.ts'

async function tailOf(...chunks: readonly (string | Uint8Array)[]): Promise<string> {
  const bytes = chunks.map(chunk => (typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk))
  return await readLogTail(ReadableStream.from(bytes))
}

test('Timestamps, colours, byte order marks and the runner’s tags are taken off', async () => {
  const log = [
    '\uFEFF2026-11-23T20:57:45.0270000Z ##[group]Run echo',
    '2026-11-23T20:57:45.0270000Z ##[endgroup]',
    '2026-11-23T20:57:46Z \x1b[36;1mecho\x1b[0m',
    '2026-11-23T20:57:46Z ##[warning]slow',
    '2026-11-23T20:57:46Z says ##[error] in the middle',
    '',
  ].join('\n')
  assert.equal(await tailOf(log), 'Run echo\necho\nwarning: slow\nsays ##[error] in the middle\n')
})

test('A character cut in two by the transport is whole again', async () => {
  const bytes = new TextEncoder().encode('grün\n')
  assert.equal(await tailOf(bytes.subarray(0, 3), bytes.subarray(3)), 'grün\n')
})

test('Of a long log the end is shown, from the start of a line', async () => {
  const lines = Array.from({ length: 40_000 }, (_, n) => `line ${n} ${'x'.repeat(20)}\n`)
  const tail = await tailOf(...lines)
  assert.ok(tail.length < 600_000)
  assert.match(tail, /^\[…\]\nline \d+ x/)
  assert.match(tail, /line 39999 x+\n$/)
})

test('No log is no text', async () => {
  assert.equal(await readLogTail(null), '')
})
