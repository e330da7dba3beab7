import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inBlocks } from './in-blocks.ts'

test('the blocks are the text, none is empty, and only the last is short', () => {
  const lines = Array.from({ length: 30_000 }, (_, index) => `line ${index}\n`)
  const blocks = [...inBlocks(lines)]
  assert.equal(blocks.join(''), lines.join(''))
  assert.ok(blocks.slice(0, -1).every(block => block.length >= 65_536))
  assert.equal(blocks.length, 5)
  assert.deepEqual([...inBlocks([])], [])
})
