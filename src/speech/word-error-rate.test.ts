import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wordErrors } from './word-error-rate.ts'

test('case and punctuation do not count, apostrophes in words do', () => {
  assert.equal(wordErrors('It’s ten o’clock.', "it's TEN o'clock").rate, 0)
  assert.equal(wordErrors("it's", 'its').rate, 1)
})

test('each kind of error is counted', () => {
  const counts = (reference: string, heard: string) => {
    const { substitutions, deletions, insertions, words } = wordErrors(reference, heard)
    return [substitutions, deletions, insertions, words]
  }
  assert.deepEqual(counts('a b c d', 'a x c d'), [1, 0, 0, 4])
  assert.deepEqual(counts('a b c d', 'a c d'), [0, 1, 0, 4])
  assert.deepEqual(counts('a b c d', 'a b c c d'), [0, 0, 1, 4])
  assert.deepEqual(counts('a b c d', ''), [0, 4, 0, 4])
  assert.equal(wordErrors('a', 'b c').rate, 2)
})

test('without a reference there is no rate', () => {
  assert.equal(wordErrors('...', 'a').rate, null)
})
