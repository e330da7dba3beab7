import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { serveOnLoopback } from '../../test/support/loopback-server.ts'
import { HttpClient } from '../base/http.ts'
import { GitHubBroker } from './broker.ts'
import { GitHubClient } from './client.ts'
import { requestRunnersEarly } from './early-request.ts'

interface Seen {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly ifNoneMatch: string | undefined
  readonly body: string
}

type Answer = (response: ServerResponse, seen: Seen, count: number) => void

/** A GitHub that answers as the test says and remembers what it was asked. */
async function fakeGitHub(
  t: TestContext,
  answer: Answer,
  instanceId: (() => string | null) | null = null,
  organisation = false,
) {
  const seen: Seen[] = []
  const apiUrl = await serveOnLoopback(t, async (request, response) => {
    const { method = '', url = '', headers } = request
    const { authorization, 'if-none-match': ifNoneMatch } = headers
    const entry = { method, path: url, authorization, ifNoneMatch, body: await text(request) }
    seen.push(entry)
    answer(response, entry, seen.length)
  })
  const target = { apiUrl, token: 'secret', owner: 'octo', repo: 'queue' }
  const client = new GitHubClient(target, instanceId ? { instanceId } : {})
  t.after(() => client.close())
  return { seen, apiUrl, broker: new GitHubBroker(client, { description: 'a fake', organisation }) }
}

function json(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

const request = { workflow: '.github/workflows/x.yml', ref: 'main', inputs: { url: 'https://a.example' } }

test('A dispatch asks for the run and says which one was started', async t => {
  const { seen, broker, apiUrl } = await fakeGitHub(t, response =>
    json(response, 200, { workflow_run_id: 7, html_url: 'https://github.com/octo/queue/actions/runs/7' }),
  )
  const outcome = await broker.dispatch(request)
  assert.deepEqual(outcome, {
    kind: 'accepted',
    runId: 7,
    runUrl: 'https://github.com/octo/queue/actions/runs/7',
  })
  assert.equal(broker.id, `${apiUrl}#octo/queue`)
  assert.equal(seen[0]?.path, '/repos/octo/queue/actions/workflows/x.yml/dispatches')
  assert.deepEqual(JSON.parse(seen[0]?.body ?? ''), {
    ref: 'main',
    inputs: request.inputs,
    return_run_details: true,
  })
})

test('A server that does not know return_run_details is asked once more without it', async t => {
  const { seen, broker } = await fakeGitHub(t, (response, _, count) =>
    count === 1
      ? json(response, 422, { message: 'Invalid request.\n\n"return_run_details" is not a permitted key.' })
      : response.writeHead(204).end(),
  )
  assert.deepEqual(await broker.dispatch(request), { kind: 'accepted', runId: null, runUrl: null })
  assert.equal(seen.length, 2)
})

test('A dispatch whose answer is a 502 or a broken connection is sent once and left unknown', async t => {
  for (const fail of [
    (response: ServerResponse) => json(response, 502, { message: 'Bad Gateway' }),
    (response: ServerResponse) => void response.destroy(),
  ]) {
    const { seen, broker } = await fakeGitHub(t, fail)
    assert.equal((await broker.dispatch(request)).kind, 'unknown')
    assert.equal(seen.length, 1)
  }
})

test('A refused dispatch is a value with GitHub’s words; a refused token is thrown', async t => {
  const refusing = await fakeGitHub(t, response =>
    json(response, 422, {
      message: "Workflow does not have 'workflow_dispatch' trigger",
      documentation_url: 'https://docs.github.com/x',
    }),
  )
  assert.deepEqual(await refusing.broker.dispatch(request), {
    kind: 'rejected',
    status: 422,
    message: "Workflow does not have 'workflow_dispatch' trigger",
  })
  const locked = await fakeGitHub(t, response => json(response, 401, { message: 'Bad credentials' }))
  await assert.rejects(locked.broker.dispatch(request), { code: 'not_authorized', exitCode: 4 })
})

test('A server that is not there has started nothing: that is thrown, with exit code 75', async () => {
  const client = new GitHubClient({ apiUrl: 'http://127.0.0.1:1', token: 't', owner: 'o', repo: 'r' })
  const broker = new GitHubBroker(client, { description: 'nobody' })
  await assert.rejects(broker.dispatch(request), { code: 'broker_unreachable', exitCode: 75 })
  await assert.rejects(broker.listRunners(), { code: 'broker_unreachable', exitCode: 75 })
})

test('A read is tried again after a 503, and gives up after three', async t => {
  const recovering = await fakeGitHub(t, (response, _, count) =>
    count < 3
      ? json(response, 503, { message: 'later' })
      : json(response, 200, { total_count: 0, runners: [] }),
  )
  assert.deepEqual(await recovering.broker.listRunners(), [])
  const failing = await fakeGitHub(t, response => json(response, 503, { message: 'later' }))
  await assert.rejects(failing.broker.listRunners(), { code: 'broker_unavailable', exitCode: 75 })
  assert.equal(failing.seen.length, 3)
})

test('A missing permission and a rate limit are told apart and explained', async t => {
  const forbidden = await fakeGitHub(t, response =>
    json(
      response,
      403,
      { message: 'Resource not accessible' },
      { 'x-accepted-github-permissions': 'actions=write' },
    ),
  )
  await assert.rejects(forbidden.broker.cancelRun(1), { code: 'not_authorized', hint: /actions=write/ })
  const limited = await fakeGitHub(t, response =>
    json(
      response,
      403,
      { message: 'API rate limit exceeded' },
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1800000000' },
    ),
  )
  await assert.rejects(limited.broker.cancelRun(1), {
    code: 'broker_unavailable',
    message: /2027-01-15T08:00:00/,
  })
})

test('An answer that is not GitHub’s is refused, not guessed', async t => {
  const { broker } = await fakeGitHub(t, response => json(response, 200, { id: 'seven', html_url: 1 }))
  await assert.rejects(broker.getRun(7), { code: 'protocol_mismatch' })
})

test('An artifact comes from where the answer points to, without the token, whole or not at all', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-github-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const { seen, broker } = await fakeGitHub(t, (response, { path }) => {
    if (path === '/storage/whole') response.end('zip')
    else if (path === '/storage/half') {
      response.writeHead(200, { 'content-length': '100' })
      response.write('zi', () => response.destroy())
    } else response.writeHead(302, { location: `/storage/${path.includes('/1/') ? 'whole' : 'half'}` }).end()
  })
  await broker.downloadArtifact(1, join(folder, 'a.zip'))
  assert.equal(readFileSync(join(folder, 'a.zip'), 'utf8'), 'zip')
  assert.deepEqual(
    seen.map(({ authorization }) => authorization),
    ['token secret', undefined],
  )
  await assert.rejects(broker.downloadArtifact(2, join(folder, 'b.zip')), { code: 'download_truncated' })
  assert.equal(existsSync(join(folder, 'b.zip')) || existsSync(join(folder, 'b.zip.part')), false)
})

test('Another server at the hub’s address is noticed; a hub that was started anew is not another', async t => {
  let meant = 'one'
  const { broker } = await fakeGitHub(
    t,
    response => json(response, 200, { total_count: 0, runners: [] }, { 'x-relayq-instance': 'two' }),
    () => meant,
  )
  await assert.rejects(broker.listRunners(), { code: 'broker_unreachable' })
  meant = 'two'
  assert.deepEqual(await broker.listRunners(), [])
})

test('Runners asked for before the client is loaded are asked for once', async t => {
  const { seen, apiUrl } = await fakeGitHub(t, response =>
    json(response, 200, { total_count: 0, runners: [] }),
  )
  const target = { apiUrl, token: 'secret', owner: 'octo', repo: 'queue' }
  const http = new HttpClient()
  const early = requestRunnersEarly(http, target)
  const client = new GitHubClient(target, { http, early })
  t.after(() => client.close())
  const broker = new GitHubBroker(client, { description: 'a fake' })
  assert.deepEqual(await broker.listRunners(), [])
  assert.equal(seen.length, 1)
  await broker.listRunners()
  assert.deepEqual([seen.length, seen[0]?.path], [2, seen[1]?.path])
  assert.equal(seen[0]?.authorization, seen[1]?.authorization)
})

test('A list that is asked for again costs nothing while it has not changed', async t => {
  const lists = [[], [], [{ ...aRun, id: 8 }]]
  const { seen, broker } = await fakeGitHub(t, (response, request, count) => {
    const runs = lists[count - 1] ?? []
    const tag = `W/"${runs.length}"`
    if (request.ifNoneMatch === tag) response.writeHead(304, { etag: tag }).end()
    else json(response, 200, { total_count: runs.length, workflow_runs: runs }, { etag: tag })
  })
  const list = async () => (await broker.listRuns({ since: '2026-01-01', most: 10 })).map(run => run.id)
  assert.deepEqual([await list(), await list(), await list()], [[], [], [8]])
  assert.deepEqual(
    seen.map(({ ifNoneMatch }) => ifNoneMatch),
    [undefined, 'W/"0"', 'W/"0"'],
  )
})

const aRun = {
  ...{ display_title: 'Run [j1.1]', status: 'queued', conclusion: null, path: '.github/workflows/x.yml' },
  ...{ html_url: 'https://github.com/octo/queue/actions/runs/8' },
  ...{ created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' },
}

test('an organisation’s own runners are machines of the queue, too, where the token may see them', async t => {
  const runner = (id: number, name: string) => ({
    id,
    name,
    os: 'linux',
    status: 'online',
    busy: false,
    labels: [],
  })
  const open = async (status: number) =>
    await fakeGitHub(
      t,
      (response, { path }) => {
        const isShared = path.startsWith('/orgs/octo/actions/runners')
        const body = { total_count: 1, runners: [isShared ? runner(1, 'shared') : runner(1, 'own')] }
        json(response, isShared ? status : 200, isShared && status !== 200 ? { message: 'no' } : body)
      },
      null,
      true,
    )
  const names = async (status: number) =>
    (await (await open(status)).broker.listRunners()).map(({ name }) => name)
  assert.deepEqual(await names(200), ['own', 'shared'])
  assert.deepEqual(await names(403), ['own'])
  await assert.rejects(names(500), { code: 'broker_unavailable' })
})
