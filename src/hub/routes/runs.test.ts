import assert from 'node:assert/strict'
import { test } from 'node:test'
import { echoWorkflow, type HubFixture, startTestHub } from '../../../test/support/running-hub.ts'

interface RunList {
  readonly total_count: number
  readonly workflow_runs: readonly { readonly id: number; readonly display_title: string }[]
}

async function dispatchMany(hub: HubFixture, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    assert.equal((await hub.dispatch('echo.yml', { ref: 'main', inputs: { text } })).status, 204)
  }
}

async function titles(hub: HubFixture, path: string): Promise<readonly string[]> {
  const { body } = await hub.json(path)
  return (body as RunList).workflow_runs.map(run => run.display_title)
}

test('Runs are listed newest first, a page at a time, with links to the others', async t => {
  const hub = await startTestHub(t)
  await dispatchMany(hub, ['one', 'two', 'three'])
  assert.deepEqual(await titles(hub, '/actions/runs'), ['Echo three', 'Echo two', 'Echo one'])
  const second = await hub.request('/actions/runs?per_page=1&page=2')
  assert.equal(((await second.json()) as RunList).workflow_runs[0]?.display_title, 'Echo two')
  const link = second.headers.get('Link') ?? ''
  for (const relation of ['prev', 'next', 'first', 'last'])
    assert.match(link, new RegExp(`rel="${relation}"`))
  assert.match(link, /<http:\/\/127\.0\.0\.1:\d+\/api\/v3\/[^>]*per_page=1&page=3>; rel="next"/)
})

test('Unreadable paging falls back to the defaults', async t => {
  const hub = await startTestHub(t)
  await dispatchMany(hub, ['one'])
  for (const query of ['page=0&per_page=0', 'page=-1', 'per_page=abc', 'per_page=100000', 'page=1e9']) {
    assert.deepEqual(await titles(hub, `/actions/runs?${query}`), ['Echo one'], query)
  }
})

test('Runs are filtered by status, branch, event, actor, commit and workflow', async t => {
  const hub = await startTestHub(t, {
    '.github/workflows/echo.yml': echoWorkflow,
    '.github/workflows/other.yml': echoWorkflow,
  })
  await dispatchMany(hub, ['one'])
  const sha = hub.repository.git('rev-parse', 'HEAD')
  const matching = [
    'status=queued',
    'branch=main',
    'event=workflow_dispatch',
    'actor=octo',
    `head_sha=${sha}`,
  ]
  const [run] = ((await hub.json('/actions/runs')).body as RunList).workflow_runs
  const others = [
    'created=>=2020-01-01',
    `check_suite_id=${run?.id}`,
    'exclude_pull_requests=true',
    'actor=OCTO',
  ]
  for (const query of [...matching, ...others]) {
    assert.deepEqual(await titles(hub, `/actions/runs?${query}`), ['Echo one'], query)
  }
  for (const query of [
    'status=success',
    'branch=x',
    'event=push',
    'actor=x',
    'head_sha=x',
    'created=<2020-01-01',
    'check_suite_id=99',
    'check_suite_id=x',
  ]) {
    assert.deepEqual(await titles(hub, `/actions/runs?${query}`), [], query)
  }
  assert.deepEqual(await titles(hub, '/actions/workflows/echo.yml/runs'), ['Echo one'])
  assert.deepEqual(await titles(hub, '/actions/workflows/other.yml/runs'), [])
})

test('A run that is not there is 404, whatever is asked of it', async t => {
  const hub = await startTestHub(t)
  for (const path of ['', '/jobs', '/logs', '/artifacts']) {
    assert.equal((await hub.request(`/actions/runs/99${path}`)).status, 404, path)
    assert.equal((await hub.request(`/actions/runs/abc${path}`)).status, 404, path)
  }
  assert.equal((await hub.request('/actions/runs/99/cancel', { method: 'POST' })).status, 404)
  assert.equal((await hub.request('/actions/jobs/99')).status, 404)
  assert.equal((await hub.request('/actions/jobs/99/logs')).status, 404)
  assert.equal((await hub.request('/check-runs/99/annotations')).status, 404)
  assert.equal((await hub.request('/actions/artifacts/99/zip')).status, 404)
})

test('A waiting job is shown with its labels and no runner, and has no log', async t => {
  const hub = await startTestHub(t)
  await dispatchMany(hub, ['one'])
  const [run] = ((await hub.json('/actions/runs')).body as RunList).workflow_runs
  const { body } = await hub.json(`/actions/runs/${run?.id}/jobs`)
  const [job] = (body as { jobs: readonly Record<string, unknown>[] }).jobs
  assert.deepEqual(
    [job?.['name'], job?.['status'], job?.['labels'], job?.['runner_name'], job?.['steps']],
    ['echo', 'queued', ['self-hosted', 'echo'], null, []],
  )
  assert.equal((await hub.request(`/actions/jobs/${job?.['id']}/logs`)).status, 404)
  assert.deepEqual((await hub.json(`/check-runs/${job?.['id']}/annotations`)).body, [])
})

test('A cancelled run ends, and cannot be cancelled again', async t => {
  const hub = await startTestHub(t)
  await dispatchMany(hub, ['one'])
  const [run] = ((await hub.json('/actions/runs')).body as RunList).workflow_runs
  const cancel = () => hub.json(`/actions/runs/${run?.id}/cancel`, { method: 'POST' })
  assert.deepEqual(await cancel(), { status: 202, body: {} })
  const { body } = await hub.json(`/actions/runs/${run?.id}`)
  const ended = body as { status: string; conclusion: string }
  assert.deepEqual([ended.status, ended.conclusion], ['completed', 'cancelled'])
  assert.equal((await cancel()).status, 409)
})
