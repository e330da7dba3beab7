import assert from 'node:assert/strict'
import { test } from 'node:test'
import { remembering } from './remembering.ts'

test('An answer is given again until its time is over or newer ones have taken its place', async () => {
  let now = 0
  const asked: string[] = []
  const ask = async (key: string): Promise<string> => {
    asked.push(key)
    if (key === 'bad') throw new Error('no')
    return key.toUpperCase()
  }
  const remembered = remembering(ask, { most: 2, forMs: 10, clock: () => now })
  assert.deepEqual([await remembered('a'), await remembered('a')], ['A', 'A'])
  await assert.rejects(remembered('bad'))
  await assert.rejects(remembered('bad'))
  assert.deepEqual(asked, ['a', 'bad'])
  now = 10
  await remembered('a')
  await remembered('b')
  await remembered('c')
  await remembered('a')
  assert.deepEqual(asked, ['a', 'bad', 'a', 'b', 'c', 'a'])
})
