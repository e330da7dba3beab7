import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeDesk } from '../support/relayq-process.ts'

test('search says so when nothing was said, needs no broker, and refuses what is no word', async t => {
  const desk = makeDesk(t)
  const nowhere = await desk.relayq(['search', 'river'])
  assert.deepEqual([nowhere.code, nowhere.stdout], [1, ''])
  assert.match(nowhere.stderr, /it was said nowhere/)
  const empty = await desk.relayq(['search', '***'])
  assert.equal(empty.code, 2)
  assert.match(empty.stderr, /no word to search for/)
})
