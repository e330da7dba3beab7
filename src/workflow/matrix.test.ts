import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../base/json.ts'
import { expandMatrix } from './matrix.ts'

test('a strategy without a matrix has no combinations', () => {
  assert.deepEqual(expandMatrix(null), [])
  assert.deepEqual(expandMatrix({ 'fail-fast': false }), [])
})

test('vectors are multiplied, the last one changing fastest', () => {
  assert.deepEqual(expandMatrix({ matrix: { os: ['a', 'b'], node: [1, 2] } }), [
    { os: 'a', node: 1 },
    { os: 'a', node: 2 },
    { os: 'b', node: 1 },
    { os: 'b', node: 2 },
  ])
})

test('an exclude may name a part of a combination, without regard to case or to the type', () => {
  const matrix = { os: ['a', 'b'], node: [1, { version: 2, tag: 'x' }] }
  assert.deepEqual(
    expandMatrix({ matrix: { ...matrix, exclude: [{ os: 'B', node: '1' }, { node: { version: 2 } }] } }),
    [{ os: 'a', node: 1 }],
  )
})

test("includes add to what they match, never over a vector's value, and stand alone where they match nothing", () => {
  const matrix = {
    fruit: ['apple', 'pear'],
    animal: ['cat', 'dog'],
    include: [
      { color: 'green' },
      { color: 'pink', animal: 'cat' },
      { fruit: 'apple', shape: 'circle' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ],
  }
  // The example of GitHub's documentation, "Running variations of jobs in a workflow".
  assert.deepEqual(expandMatrix({ matrix }), [
    { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
    { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
    { fruit: 'pear', animal: 'cat', color: 'pink' },
    { fruit: 'pear', animal: 'dog', color: 'green' },
    { fruit: 'banana' },
    { fruit: 'banana', animal: 'cat' },
  ])
})

test('a matrix of includes alone has just those', () => {
  assert.deepEqual(expandMatrix({ matrix: { include: [{ a: 1 }, { a: 2, b: 3 }] } }), [
    { a: 1 },
    { a: 2, b: 3 },
  ])
})

test('a matrix that makes no sense is refused', () => {
  const wrong: readonly (readonly [Json, RegExp])[] = [
    ['linux', /must be a mapping/],
    [{ os: [] }, /does not contain any values/],
    [{ os: 'linux' }, /'os' must be a list/],
    [{}, /at least one job/],
    [{ include: [] }, /at least one job/],
    [{ include: {} }, /must be a list/],
    [{ include: ['a'] }, /must be a mapping with at least one value/],
    [{ os: ['a'], exclude: [{}] }, /must be a mapping with at least one value/],
    [{ os: ['a'], exclude: [{ node: 1 }] }, /exclude key 'node' does not match/],
    [{ os: ['a'], exclude: [{ os: 'a' }] }, /at least one job/],
  ]
  for (const [matrix, message] of wrong) assert.throws(() => expandMatrix({ matrix }), message)
})

test('256 jobs are allowed, one more is refused, and a monster is refused before it is built', () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
  assert.equal(expandMatrix({ matrix: { a: numbers(16), b: numbers(16) } }).length, 256)
  assert.throws(() => expandMatrix({ matrix: { a: numbers(257) } }), /makes 257 jobs, at most 256/)
  const monster = Object.fromEntries(numbers(20).map(index => [`v${index}`, numbers(1000)]))
  assert.throws(() => expandMatrix({ matrix: monster }), /at most 256/)
})
