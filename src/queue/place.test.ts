import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBench, submitted, exampleUrl as url, viewOf } from '../../test/support/queue-bench.ts'

test('A job that waits says how many wait before it, for its machine or to be sent', async t => {
  const bench = await openBench()
  t.after(() => bench.close())
  const ahead = async (id: string) => (await viewOf(bench, id)).waiting?.ahead ?? null
  const sent = []
  for (const name of ['a', 'b', 'c']) {
    const pin = name === 'b' ? 'rpi4' : 'macmini'
    sent.push(await submitted(bench, { inputs: { url: `${url}?${name}` }, pin }))
    bench.advance(1_000)
  }
  const [first, other, second] = sent.map(job => job.id)
  assert.ok(first && other && second)
  assert.deepEqual([await ahead(first), await ahead(other), await ahead(second)], [0, 0, 1])
  bench.broker.start(1, 'macmini')
  assert.equal(await ahead(first), null)
  assert.equal(await ahead(second), 0)
  const start = new Date(Date.parse('2026-01-02')).toISOString()
  const later = { inputs: { url: `${url}?d` }, notBefore: start }
  const waiting = await submitted(bench, later)
  const next = await submitted(bench, { ...later, inputs: { url: `${url}?e` } })
  assert.deepEqual([await ahead(waiting.id), await ahead(next.id)], [0, 1])
  const urgent = await submitted(bench, { ...later, inputs: { url: `${url}?f` }, priority: 1 })
  assert.deepEqual([await ahead(urgent.id), await ahead(waiting.id)], [0, 1])
})
