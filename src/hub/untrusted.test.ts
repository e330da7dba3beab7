import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  cut,
  listOf,
  Malformed,
  mappingOf,
  oneOf,
  optional,
  type Reader,
  shape,
  text,
  whole,
} from './untrusted.ts'

const read = shape({
  name: text(5, 1),
  size: optional(whole, 0),
  tags: listOf(oneOf('a', 'b'), 2),
  more: mappingOf(whole),
  title: optional(cut(3), ''),
})

test('what is left out gets its default, and what is not named is ignored', () => {
  assert.deepEqual(read({ name: 'x', other: 1 }), { name: 'x', size: 0, tags: [], more: {}, title: '' })
  assert.deepEqual(
    read({ name: 'x', size: '9007199254740991', tags: ['b'], more: { n: 1 }, title: 'long' }),
    {
      name: 'x',
      size: 9_007_199_254_740_991,
      tags: ['b'],
      more: { n: 1 },
      title: 'lon',
    },
  )
})

test('everything else is refused', () => {
  const refused: readonly unknown[] = [
    null,
    [],
    'x',
    {},
    { name: '' },
    { name: 'longer' },
    { name: 1 },
    { name: 'x', size: 1.5 },
    { name: 'x', size: '1e3' },
    { name: 'x', size: '99999999999999999999' },
    { name: 'x', tags: ['c'] },
    { name: 'x', tags: ['a', 'a', 'a'] },
    { name: 'x', tags: {} },
    { name: 'x', more: [] },
    { name: 'x', more: { n: 'one' } },
  ]
  const reader: Reader<unknown> = read
  for (const value of refused) assert.throws(() => reader(value), Malformed, JSON.stringify(value))
})

test('what is refused is named', () => {
  const outer: Reader<unknown> = shape({ inner: read })
  assert.throws(() => outer({ inner: { name: 'longer' } }), {
    message: 'inner: name: text of 1 to 5 characters',
  })
})
