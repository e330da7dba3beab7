import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startHostileHub } from '../../../test/support/hostile-hub.ts'
import { testToken } from '../../../test/support/running-hub.ts'

async function open(t: TestContext) {
  const hub = await startHostileHub(t)
  const ask = async (method: string, body?: unknown, place = hub.hub.apiUrl) => {
    const answer = await fetch(`${place}/relayq/faults`, {
      method,
      headers: { Authorization: `Bearer ${testToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) }
  }
  return { ...hub, ask, put: (...faults: readonly unknown[]) => ask('PUT', { faults }) }
}

test('Faults are switched on, looked at and switched off while the hub runs, and its operator hears of both', async t => {
  const { ask, put, request, said } = await open(t)
  assert.deepEqual(await ask('GET'), { status: 200, body: { faults: [] } })
  const fault = { kind: 'error_before', method: 'GET', path: '/repos/*', times: 5 }
  assert.equal((await put(fault)).status, 200)
  assert.equal((await request('/actions/runs')).status, 502)
  assert.deepEqual((await ask('GET')).body, { faults: [{ ...fault, seen: 1, hits: 1 }] })
  assert.equal((await ask('DELETE')).status, 204)
  assert.equal((await request('/actions/runs')).status, 200)
  assert.deepEqual(said, [
    'faults are on: error_before method=GET path=/repos/* times=5\n',
    'faults are off\n',
  ])
  assert.equal((await ask('DELETE')).status, 204)
  assert.equal(said.length, 2, 'what was off already is not worth a line')
})

test('No fault keeps its own switch from working, at either address', async t => {
  const { ask, put, hub, request } = await open(t)
  await put({ kind: 'drop_before', path: '*' }, { kind: 'primary_limit', limit: 0 })
  assert.equal((await request('')).status, 403)
  assert.equal((await ask('GET')).status, 200)
  assert.equal((await ask('DELETE', undefined, hub.url)).status, 204)
  assert.equal((await request('')).status, 200)
})

test('A fault that is not understood is refused with what is wrong, and those that are on stay on', async t => {
  const { ask, put } = await open(t)
  const kept = { kind: 'drop_after', times: 1 }
  await put(kept)
  const wrong: readonly (readonly [body: unknown, message: RegExp])[] = [
    [{}, /"faults" must be a list/],
    [{ faults: 'x' }, /"faults" must be a list/],
    [{ faults: [1] }, /"faults": a fault must be an object/],
    [{ faults: [{}] }, /"kind": one of latency, /],
    [{ faults: [{ kind: 'toString' }] }, /"kind": one of/],
    [{ faults: [{ kind: 'latency' }] }, /latency needs "delay_ms"/],
    [{ faults: [{ kind: 'latency', delay_ms: 60_001 }] }, /"delay_ms": a whole number from 0 to 60000/],
    [{ faults: [{ kind: 'latency', delay_ms: '1' }] }, /"delay_ms"/],
    [{ faults: [{ kind: 'stale_list' }] }, /stale_list needs "path"/],
    [{ faults: [{ kind: 'error_before', status: 404 }] }, /"status": one of 500, 502, 503, 504/],
    [{ faults: [{ kind: 'secondary_limit', status: 500 }] }, /"status": one of 403, 429/],
    [{ faults: [{ kind: 'drop_after', times: 0 }] }, /"times"/],
    [{ faults: [{ kind: 'drop_after', probability: 0 }] }, /"probability": above 0/],
    [{ faults: [{ kind: 'drop_after', seed: -1 }] }, /"seed"/],
    [{ faults: [{ kind: 'drop_after', method: 'TRACE' }] }, /"method"/],
    [{ faults: [{ kind: 'drop_after', path: 'repos' }] }, /"path"/],
    [{ faults: [{ kind: 'drop_after', path: '/a\nb' }] }, /"path"/],
    [{ faults: [{ kind: 'drop_after', path: `/${'x'.repeat(500)}` }] }, /"path"/],
    [{ faults: [{ kind: 'drop_after', constructor: 1 }] }, /drop_after takes no "constructor"/],
    [{ faults: [{ kind: 'primary_limit', limit: 1, times: 1 }] }, /primary_limit takes no "times"/],
    [{ faults: [1, 2].map(limit => ({ kind: 'primary_limit', limit })) }, /one primary_limit/],
    [{ faults: Array.from({ length: 101 }, () => ({ kind: 'drop_after' })) }, /"faults": list/],
  ]
  for (const [body, message] of wrong) {
    const answer = await ask('PUT', body)
    assert.equal(answer.status, 422, JSON.stringify(body).slice(0, 100))
    assert.match(answer.body.message, message)
  }
  assert.deepEqual((await ask('GET')).body.faults, [{ ...kept, seen: 0, hits: 0 }])
})

test('The latency a hub was started with is a fault like any other', async t => {
  const { hub, ask, said } = await startHostileHub(t, { latencyMs: 1 })
  assert.deepEqual(hub.faults.list(), [{ kind: 'latency', delay_ms: 1, seen: 0, hits: 0 }])
  assert.deepEqual(said, ['faults are on: latency delay_ms=1\n'])
  assert.equal(await ask('DELETE', '/relayq/faults', testToken), 204)
  assert.deepEqual(hub.faults.list(), [])
})
