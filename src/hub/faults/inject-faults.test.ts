import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type HubFixture, startTestHub, testToken } from '../../../test/support/running-hub.ts'
import { systemErrorCode } from '../../base/errors.ts'

const dispatches = '/repos/octo/queue/actions/workflows/*/dispatches'
const order = { ref: 'main', inputs: { text: 'x' } }

async function startQuietHub(t: TestContext): Promise<HubFixture> {
  t.mock.method(process.stderr, 'write', () => true)
  return await startTestHub(t)
}

async function runCount({ json }: HubFixture): Promise<number> {
  const { status, body } = await json('/actions/runs')
  assert.equal(status, 200)
  return (body as { total_count: number }).total_count
}

test('5xx before the effect: the run does not exist', async t => {
  const fixture = await startQuietHub(t)
  fixture.hub.faults.set([{ kind: 'error_before', path: dispatches, times: 1, status: 503 }])
  const answer = await fixture.dispatch('echo.yml', order)
  assert.equal(answer.status, 503)
  assert.equal(((await answer.json()) as { message: string }).message, 'Server Error')
  assert.equal(await runCount(fixture), 0)
  assert.equal((await fixture.dispatch('echo.yml', order)).status, 204)
})

test('5xx after the effect: the run exists, and nothing of its answer is told', async t => {
  const fixture = await startQuietHub(t)
  fixture.hub.faults.set([{ kind: 'error_after', path: dispatches, times: 1 }])
  const answer = await fixture.dispatch('echo.yml', { ...order, return_run_details: true })
  assert.equal(answer.status, 502)
  assert.doesNotMatch(await answer.text(), /workflow_run_id/)
  assert.equal(await runCount(fixture), 1)
})

test('A dropped answer is a network error to fetch; whether the request had its effect is the fault’s to say', async t => {
  const fixture = await startQuietHub(t)
  for (const [kind, runs] of [
    ['drop_before', 0],
    ['drop_after', 1],
  ] as const) {
    fixture.hub.faults.set([{ kind, method: 'POST', times: 1 }])
    await assert.rejects(fixture.dispatch('echo.yml', order), (thrown: unknown) => {
      assert.ok(thrown instanceof TypeError)
      assert.match(systemErrorCode(thrown.cause) ?? '', /^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/)
      return true
    })
    assert.equal(await runCount(fixture), runs, kind)
  }
})

test('A download behind a link is dropped when its path is named', async t => {
  const fixture = await startQuietHub(t)
  fixture.hub.faults.set([{ kind: 'drop_after', path: '/-/tarballs/*', times: 1 }])
  await assert.rejects(fixture.request('/tarball/main'), TypeError)
  const answer = await fixture.request('/tarball/main')
  assert.equal(answer.status, 200)
  await answer.body?.cancel()
})

test('A push fails when its path is named, and is left alone otherwise', async t => {
  const { hub } = await startQuietHub(t)
  const headers = { Authorization: `Bearer ${testToken}` }
  const push = async (): Promise<number> =>
    (await fetch(`${hub.url}/octo/queue/git-receive-pack`, { method: 'POST', headers, body: '0000' })).status
  hub.faults.set([{ kind: 'error_before', status: 503 }])
  assert.equal(await push(), 415)
  hub.faults.set([{ kind: 'error_before', path: '/*/git-receive-pack', status: 503 }])
  assert.equal(await push(), 503)
})

test('The secondary limit is told with Retry-After and GitHub’s words, and other limits stand as they were', async t => {
  const { hub, request } = await startQuietHub(t)
  hub.faults.set([
    { kind: 'secondary_limit', times: 1 },
    { kind: 'secondary_limit', times: 1, status: 429, retry_after: 5 },
  ])
  for (const expected of [
    [403, '60'],
    [429, '5'],
  ]) {
    const answer = await request('/actions/runs')
    assert.deepEqual([answer.status, answer.headers.get('Retry-After')], expected)
    assert.notEqual(answer.headers.get('X-RateLimit-Remaining'), '0')
    assert.match(await answer.text(), /You have exceeded a secondary rate limit/)
  }
})

test('The primary limit: so many requests, then 403 until the reset, with headers that agree', async t => {
  const { hub, request } = await startQuietHub(t)
  await request('/actions/runs')
  hub.faults.set([{ kind: 'primary_limit', limit: 2, window_seconds: 3600 }])
  const seen = []
  for (let n = 0; n < 4; n += 1) {
    const { status, headers } = await request('/actions/runs')
    const [limit, used, remaining] = ['Limit', 'Used', 'Remaining'].map(name =>
      headers.get(`X-RateLimit-${name}`),
    )
    seen.push([status, limit, used, remaining])
  }
  assert.deepEqual(seen, [
    [200, '2', '1', '1'],
    [200, '2', '2', '0'],
    [403, '2', '2', '0'],
    [403, '2', '2', '0'],
  ])
  const refused = await request('/actions/runs')
  assert.match(await refused.text(), /API rate limit exceeded for user ID 1\./)
  const reset = Number(refused.headers.get('X-RateLimit-Reset'))
  assert.ok(reset > Date.now() / 1000 && reset <= Date.now() / 1000 + 3601)
  const asked = await request('/../../../rate_limit')
  assert.equal(asked.status, 200)
  assert.deepEqual(((await asked.json()) as { rate: unknown }).rate, {
    ...{ limit: 2, used: 2, remaining: 0, reset },
  })
  hub.faults.set([])
  assert.equal((await request('/actions/runs')).status, 200)
})

test('A stale list has no run that came later and tells no news, until it is over', async t => {
  const fixture = await startQuietHub(t)
  const { hub, request, startEcho, json } = fixture
  const [kept, ended] = [await startEcho('kept'), await startEcho('ends')]
  hub.faults.set([{ kind: 'stale_list', path: '/repos/*/runs', times: 3 }])
  const list = async (query = ''): Promise<readonly unknown[]> => {
    const { body } = await json(`/actions/runs${query}`)
    const { total_count: total, workflow_runs: runs } = body as {
      total_count: number
      workflow_runs: readonly { id: number; status: string }[]
    }
    return [total, ...runs.map(({ id, status }) => `${id} ${status}`)]
  }
  const before = [2, `${ended} queued`, `${kept} queued`]
  assert.deepEqual(await list(), before)
  const late = await startEcho('late')
  await request(`/actions/runs/${ended}/cancel`, { method: 'POST' })
  assert.deepEqual(await list(), before)
  // This address was not asked before; it must not know of the late run either.
  assert.deepEqual(await list('?per_page=50'), [2, `${ended} completed`, `${kept} queued`])
  assert.deepEqual(await list(), [3, `${late} queued`, `${ended} completed`, `${kept} queued`])
  assert.equal((await request(`/actions/runs/${late}`)).status, 200)
})

test('Latencies delay REST and only REST', async t => {
  const { hub } = await startQuietHub(t)
  hub.faults.set([{ kind: 'latency', delay_ms: 120 }])
  const took = async (path: string): Promise<number> => {
    const start = performance.now()
    await (await fetch(hub.url + path, { headers: { Authorization: `Bearer ${testToken}` } })).text()
    return performance.now() - start
  }
  assert.ok((await took('/_services/broker/message')) < 110)
  assert.ok((await took('/user')) >= 119)
})

test('Calls of the runner protocol and the results service fail when they are named', async t => {
  const { hub, runner, startEcho } = await startQuietHub(t)
  const box = await runner('box', ['self-hosted', 'echo'])
  await startEcho('x')
  hub.faults.set([
    { kind: 'drop_after', path: '/_services/broker/message', times: 1 },
    { kind: 'error_before', path: '/_services/run/renewjob', times: 1 },
    { kind: 'error_after', path: '/_services/run/completejob', times: 1 },
    { kind: 'error_before', path: '/twirp/*', times: 1 },
  ])
  await assert.rejects(box.poll(), TypeError)
  const job = await box.takeJob()
  assert.equal((await job.renew()).status, 502)
  assert.equal((await job.renew()).status, 200)
  const lookup = (): Promise<{ readonly status: number }> =>
    job.twirp('github.actions.results.api.v1.ArtifactService', 'ListArtifacts', {})
  assert.equal((await lookup()).status, 502)
  assert.equal((await lookup()).status, 200)
  assert.equal((await job.complete('succeeded')).status, 502)
  assert.equal((await job.complete('succeeded')).status, 404, 'it had its effect')
})

test('A request without a valid token uses up no fault', async t => {
  const { hub, request } = await startQuietHub(t)
  hub.faults.set([{ kind: 'error_before', times: 1 }])
  assert.equal((await fetch(`${hub.url}/user`)).status, 401)
  assert.equal((await request('')).status, 502)
})
