import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wordsOf } from './spoken-words.ts'
import type { Word } from './transcript.ts'

test('the words of segments are those of a list of them, wherever they are asked for', () => {
  const timed = (...texts: readonly string[]): Word[] =>
    texts.map((text, at) => ({ start: at, end: at + 1, text }))
  const segments = [
    { start: 0, end: 0, text: '' },
    { start: 0, end: 3, text: 'a b c', words: timed('a', 'b', 'c') },
    { start: 3, end: 3, text: ' ' },
    { start: 4, end: 6, text: ' de  f', words: undefined },
    { start: 6, end: 6, text: '' },
    { start: 7, end: 8, text: 'g', words: timed('g') },
  ].map(({ words, ...segment }) => (words === undefined ? segment : { ...segment, words }))
  const words = wordsOf(segments)
  const list = [...words]
  assert.deepEqual(
    list.map(({ text }) => text),
    ['a', 'b', 'c', 'de', 'f', 'g'],
  )
  assert.deepEqual(list[3], { start: 4, end: 4 + 4 / 3, text: 'de' })
  assert.equal(words.length, list.length)
  for (let from = 0; from <= 7; from += 1) {
    for (let to = from; to <= 8; to += 1) assert.deepEqual(words.slice(from, to), list.slice(from, to))
  }
  assert.deepEqual([wordsOf([]).length, wordsOf([]).slice(0, 5), [...wordsOf([])]], [0, [], []])
})
