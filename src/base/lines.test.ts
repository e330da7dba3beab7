import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineSplitter } from './lines.ts'

function split(chunks: readonly (string | Uint8Array)[], maxLength?: number): string[] {
  const lines: string[] = []
  const splitter = new LineSplitter(line => lines.push(line), maxLength === undefined ? {} : { maxLength })
  for (const chunk of chunks) splitter.write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  splitter.end()
  return lines
}

test('lines are found across chunks and the last one needs no line end', () => {
  assert.deepEqual(split(['a', 'b\nc', '\n\nd']), ['ab', 'c', '', 'd'])
  assert.deepEqual(split(['a\n']), ['a'])
  assert.deepEqual(split([]), [])
})

test('a character cut in two by a chunk boundary stays whole', () => {
  const bytes = Buffer.from('größe 🎧\n')
  assert.deepEqual(split([...bytes].map(byte => Uint8Array.of(byte))), ['größe 🎧'])
})

test('bytes that are not UTF-8 are replaced, also at the very end', () => {
  assert.deepEqual(split([Uint8Array.of(0x61, 0xff, 0x0a, 0xf0, 0x9f)]), ['a\ufffd', '\ufffd'])
})

test('a carriage return replaces the line as on a terminal', () => {
  assert.deepEqual(split(['10%\r20%\r100%\n', 'done\r', '\n']), ['100%', 'done'])
  assert.deepEqual(split(['kept\r']), ['kept'])
})

test('a line that never ends is cut, marked, and does not grow', () => {
  assert.deepEqual(split(['x'.repeat(7), 'yyy', 'zzz\nnext\n'], 8), ['xxxxxxxy … [cut]', 'next'])
})

test('a cut never leaves half a surrogate pair', () => {
  assert.deepEqual(split(['abc🎧def\n'], 4), ['abc\ufffd … [cut]'])
})

test('Where returns are kept, nothing of a line is lost', () => {
  const lines: string[] = []
  const splitter = new LineSplitter(line => void lines.push(line), { keepsReturns: true })
  splitter.write(Buffer.from('one\rtwo\r\nthree'))
  splitter.end()
  assert.deepEqual(lines, ['one\rtwo\r', 'three'])
})
