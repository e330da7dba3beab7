import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { components } from '@octokit/openapi-types'
import type { Cleanup } from '../../../test/support/git-repository.ts'
import { reportStep } from '../../../test/support/reported-job.ts'
import { type HubFixture, startTestHub } from '../../../test/support/running-hub.ts'

type CheckRun = components['schemas']['check-run']

interface Answer {
  readonly status: number
  readonly body: unknown
}

interface ChecksHub extends HubFixture {
  readonly sha: string
  /** As JSON; with the owner's token unless another is given. */
  send(method: 'POST' | 'PATCH', path: string, body: object, token?: string): Promise<Answer>
  /** Makes one of the newest commit. */
  make(fields: object, token?: string): Promise<CheckRun>
  /** Names of those listed, in their order. */
  names(path: string): Promise<readonly string[]>
}

function workflow(permissions: string): string {
  return `on: {workflow_dispatch: {inputs: {text: {}}}}
permissions: ${permissions}
jobs: {echo: {runs-on: [self-hosted, echo], steps: [{run: 'true'}]}}
`
}

async function startChecksHub(t: Cleanup, permissions = '{checks: write}'): Promise<ChecksHub> {
  const hub = await startTestHub(t, { '.github/workflows/echo.yml': workflow(permissions) })
  const sha = hub.repository.git('rev-parse', 'HEAD')
  const send: ChecksHub['send'] = async (method, path, body, token) => {
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` }
    return await hub.json(path, { method, headers, body: JSON.stringify(body) })
  }
  return {
    ...hub,
    sha,
    send,
    async make(fields, token) {
      const { status, body } = await send(
        'POST',
        '/check-runs',
        { name: 'lint', head_sha: sha, ...fields },
        token,
      )
      assert.equal(status, 201, JSON.stringify(body))
      return body as CheckRun
    },
    async names(path) {
      const { body } = await hub.json(path)
      return (body as { check_runs: readonly CheckRun[] }).check_runs.map(({ name }) => name)
    },
  }
}

async function startJob(hub: HubFixture) {
  const run = await hub.startEcho('x')
  const job = await (await hub.runner(`runner-${run}`, ['self-hosted', 'echo'])).takeJob()
  return { run, job, token: job.githubToken, checkRun: `/check-runs/${job.message.requestId}` }
}

const annotation = {
  path: 'a b/ü.ts',
  start_line: 2,
  end_line: 4,
  annotation_level: 'failure',
  message: 'Wrong',
}

test('A job is a check run of its run’s suite, from its start to its end', async t => {
  const hub = await startChecksHub(t)
  const { run, job, checkRun } = await startJob(hub)
  const get = async (): Promise<CheckRun> => (await hub.json(checkRun)).body as CheckRun
  const started = await get()
  assert.deepEqual(
    [started.name, started.head_sha, started.status, started.conclusion, started.check_suite?.id],
    ['echo', hub.sha, 'in_progress', null, run],
  )
  assert.deepEqual([started.app?.slug, started.external_id], ['github-actions', job.message.jobId])
  await reportStep(job, { id: 's1', name: 'Say', status: 6, conclusion: 3 })
  await job.complete('failed', { annotations: [{ level: 'failure', message: 'Broken' }] })
  const ended = await get()
  assert.deepEqual(
    [ended.status, ended.conclusion, ended.output.annotations_count],
    ['completed', 'failure', 1],
  )
  assert.match(String(ended.completed_at), /^\d{4}-/)
})

test('A job makes check runs with `checks: write`, not without, and none once it has ended', async t => {
  const refused = await startChecksHub(t, '{checks: read}')
  const reader = await startJob(refused)
  const body = { name: 'lint', head_sha: refused.sha }
  assert.equal((await refused.send('POST', '/check-runs', body, reader.token)).status, 403)
  assert.equal((await refused.send('PATCH', reader.checkRun, body, reader.token)).status, 403)

  const hub = await startChecksHub(t)
  const { run, job, token } = await startJob(hub)
  const made = await hub.make({ status: 'in_progress' }, token)
  assert.ok(Number(made.id) > 1e12, 'no job will ever have its id')
  assert.deepEqual([made.check_suite?.id, made.status, made.conclusion], [run, 'in_progress', null])
  await job.complete('succeeded')
  assert.equal((await hub.send('POST', '/check-runs', { ...body, head_sha: hub.sha }, token)).status, 401)
  assert.equal((await hub.send('PATCH', `/check-runs/${made.id}`, {}, token)).status, 401)
})

test('An update changes what it names, and adds its annotations to those there are', async t => {
  const hub = await startChecksHub(t)
  const output = { title: 'Lint', summary: 'Bad', text: 'Long', annotations: [annotation] }
  const made = await hub.make({ external_id: '7', details_url: 'https://ci.test/7', output })
  const path = `/check-runs/${made.id}`
  const second = {
    ...annotation,
    path: '\ud800',
    end_line: 2,
    start_column: 1,
    end_column: 5,
    title: 'Again',
  }
  const { body } = await hub.send('PATCH', path, {
    conclusion: 'neutral',
    completed_at: '2026-11-25T10:00:00Z',
    output: { summary: 'Better', annotations: [second] },
  })
  const changed = body as CheckRun
  assert.deepEqual(
    [changed.name, changed.external_id, changed.details_url, changed.status, changed.conclusion],
    ['lint', '7', 'https://ci.test/7', 'completed', 'neutral'],
  )
  assert.equal(changed.completed_at, '2026-11-25T10:00:00Z')
  const { title, summary, text, annotations_count } = changed.output
  assert.deepEqual([title, summary, text, annotations_count], ['Lint', 'Better', 'Long', 2])

  const first = await hub.request(`${path}/annotations?per_page=1`)
  assert.match(first.headers.get('Link') ?? '', /page=2>; rel="last"/)
  const [shown] = (await first.json()) as components['schemas']['check-annotation'][]
  assert.deepEqual([shown?.path, shown?.start_line, shown?.annotation_level], ['a b/ü.ts', 2, 'failure'])
  assert.ok(shown?.blob_href.endsWith(`/contents/a%20b/%C3%BC.ts?ref=${hub.sha}`))
  const last = (await hub.json(`${path}/annotations?page=2&per_page=1`)).body
  assert.deepEqual((last as { title: string }[])[0]?.title, 'Again')

  const again = (await hub.send('PATCH', path, { status: 'in_progress' })).body as CheckRun
  assert.deepEqual([again.status, again.conclusion, again.completed_at], ['in_progress', null, null])
})

test('Of a job’s own check run the output can be changed, and how it stands cannot', async t => {
  const hub = await startChecksHub(t)
  const { checkRun, token } = await startJob(hub)
  const output = { title: 'Report', summary: '3 of 4', annotations: [annotation] }
  const answer = await hub.send('PATCH', checkRun, { name: 'echo', output }, token)
  const changed = answer.body as CheckRun
  assert.deepEqual(
    [answer.status, changed.output.summary, changed.output.annotations_count],
    [200, '3 of 4', 1],
  )
  for (const change of [{ conclusion: 'success' }, { status: 'queued' }, { name: 'other' }]) {
    assert.equal((await hub.send('PATCH', checkRun, change, token)).status, 422)
  }
})

test('What cannot be a check run is refused with the reason', async t => {
  const hub = await startChecksHub(t)
  const output = (fields: object) => ({ output: { title: 't', summary: 's', ...fields } })
  const noted = (fields: object) => output({ annotations: [{ ...annotation, ...fields }] })
  const action = { label: 'Mend', description: 'Mends it', identifier: 'mend' }
  const refusals: readonly (readonly [object, RegExp])[] = [
    [{ name: '' }, /name/],
    [{ head_sha: 'main' }, /head_sha/],
    [{ head_sha: '0'.repeat(40) }, /No commit found/],
    [{ head_sha: `${hub.sha}^{commit}` }, /head_sha/],
    [{ head_sha: `${' '.repeat(36)}HEAD` }, /head_sha/],
    [{ status: 'completed' }, /conclusion/],
    [{ completed_at: '2026-11-25T10:00:00Z' }, /conclusion/],
    [{ conclusion: 'stale' }, /conclusion/],
    [{ started_at: 'yesterday' }, /started_at/],
    [{ started_at: '9999-12-31T23:59:59-23:00' }, /started_at/],
    [{ started_at: '1969-12-31T23:59:59Z' }, /started_at/],
    [{ details_url: 'javascript:alert(1)' }, /details_url/],
    [{ output: { title: 't' } }, /output: summary/],
    [output({ summary: 'x'.repeat(65_536) }), /output: summary/],
    [output({ annotations: Array(51).fill(annotation) }), /output: annotations: list of at most 50/],
    [noted({ start_line: 0 }), /start_line/],
    [noted({ end_line: 1 }), /end_line/],
    [noted({ start_column: 1 }), /only within one line/],
    [noted({ title: 'x'.repeat(256) }), /title/],
    [{ actions: Array(4).fill(action) }, /actions/],
    [{ actions: [{ ...action, label: 'x'.repeat(21) }] }, /label/],
  ]
  for (const [fields, reason] of refusals) {
    const { status, body } = await hub.send('POST', '/check-runs', {
      name: 'x',
      head_sha: hub.sha,
      ...fields,
    })
    assert.equal(status, 422, JSON.stringify(fields).slice(0, 100))
    assert.match((body as { message: string }).message, reason)
  }
  assert.deepEqual(await hub.names(`/commits/${hub.sha}/check-runs`), [])
  await hub.make(output({ text: 'x'.repeat(65_535), annotations: Array(50).fill(annotation) }))
})

test('The check runs of a commit are listed by name, status and app, the newest of each name unless all are asked for', async t => {
  const hub = await startChecksHub(t)
  const { run, job } = await startJob(hub)
  await hub.make({ conclusion: 'failure' })
  await hub.make({ conclusion: 'success' })
  await hub.make({ name: 'build' })
  hub.repository.git('commit', '--allow-empty', '-q', '-m', 'Next')
  const ofRef = `/commits/${hub.sha}/check-runs`
  assert.deepEqual(await hub.names(ofRef), ['build', 'lint', 'echo'])
  assert.deepEqual(await hub.names(`${ofRef}?filter=all`), ['build', 'lint', 'lint', 'echo'])
  assert.deepEqual(await hub.names(`${ofRef}?check_name=lint&filter=all`), ['lint', 'lint'])
  assert.deepEqual(await hub.names(`${ofRef}?status=in_progress`), ['echo'])
  assert.deepEqual(await hub.names(`${ofRef}?app_id=1`), [])
  assert.deepEqual(await hub.names('/commits/main/check-runs'), [])
  hub.repository.git('branch', 'feature/a', hub.sha)
  for (const branch of ['feature/a', 'feature%2Fa']) {
    assert.deepEqual(await hub.names(`/commits/${branch}/check-runs?check_name=build`), ['build'])
  }
  const page = await hub.request(`${ofRef}?per_page=2`)
  assert.match(page.headers.get('Link') ?? '', /page=2>; rel="next"/)

  await job.complete('failed')
  await hub.request(`/actions/runs/${run}/rerun`, { method: 'POST' })
  const ofSuite = `/check-suites/${run}/check-runs`
  assert.deepEqual(await hub.names(ofSuite), ['echo'])
  assert.deepEqual(await hub.names(`${ofSuite}?filter=all`), ['echo', 'echo'])
})

test('A run that is deleted takes with it what its jobs have made', async t => {
  const hub = await startChecksHub(t)
  const { run, job, token, checkRun } = await startJob(hub)
  const output = { title: 't', summary: 's', annotations: [annotation] }
  const made = await hub.make({ output }, token)
  await hub.send('PATCH', checkRun, { output }, token)
  const owners = await hub.make({ name: 'owners' })
  await job.complete('succeeded')
  assert.equal((await hub.request(`/actions/runs/${run}`, { method: 'DELETE' })).status, 204)
  for (const gone of [checkRun, `/check-runs/${made.id}`, `/check-runs/${made.id}/annotations`]) {
    assert.equal((await hub.request(gone)).status, 404)
  }
  assert.equal((await hub.request(`/check-runs/${owners.id}`)).status, 200)
})
