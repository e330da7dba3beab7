import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type HubFixture,
  startPermittedJob,
  startTestHub,
  testToken,
  tokenWithScope,
} from '../../../test/support/running-hub.ts'

type Release = Readonly<Record<string, unknown>>

async function send(hub: HubFixture, method: string, path: string, body: object): Promise<Release> {
  const answer = await hub.json(path, { method, body: JSON.stringify(body) })
  assert.ok(answer.status < 300, JSON.stringify(answer))
  return answer.body as Release
}

const create = async (hub: HubFixture, body: object): Promise<Release> =>
  await send(hub, 'POST', '/releases', body)

/** The name of the latest release, or the status that says there is none. */
async function latest(hub: HubFixture): Promise<unknown> {
  const { status, body } = await hub.json('/releases/latest')
  return status === 200 ? (body as Release)['tag_name'] : status
}

async function jobToken(hub: HubFixture, contents: string): Promise<string> {
  return (await startPermittedJob(hub, `{contents: ${contents}}`)).githubToken
}

test('A draft is there for those who may write, and for nobody else until it is published', async t => {
  const hub = await startTestHub(t)
  const { id } = await create(hub, { tag_name: 'v1', draft: true })
  await hub.request(`/releases/${id}/assets?name=a`, { method: 'POST', body: 'bytes' })
  const paths = ['/releases', `/releases/${id}`, `/releases/${id}/assets`, '/releases/assets/1']
  const seen = async (token: string): Promise<readonly unknown[]> =>
    await Promise.all(
      paths.map(async path => {
        const { status, body } = await hub.json(path, { headers: { Authorization: `Bearer ${token}` } })
        return Array.isArray(body) ? body.length : status
      }),
    )
  const [reader, writer, job] = [
    await tokenWithScope(hub, 'read'),
    await jobToken(hub, 'write'),
    await jobToken(hub, 'read'),
  ]
  for (const token of [testToken, writer]) assert.deepEqual(await seen(token), [1, 200, 1, 200])
  for (const token of [reader, job]) assert.deepEqual(await seen(token), [0, 404, 404, 404])
  assert.equal((await hub.request('/releases/tags/v1')).status, 404)
  assert.equal(await latest(hub), 404)

  const published = await send(hub, 'PATCH', `/releases/${id}`, { draft: false })
  assert.notEqual(published['published_at'], null)
  for (const token of [testToken, reader, job]) assert.deepEqual(await seen(token), [1, 200, 1, 200])
  assert.equal(await latest(hub), 'v1')
})

test('A job whose workflow may write contents makes a release; one that may only read does not', async t => {
  const hub = await startTestHub(t)
  const ask = async (token: string, tag_name: string): Promise<number> => {
    const init = { method: 'POST', body: JSON.stringify({ tag_name }) }
    const headers = { Authorization: `Bearer ${token}` }
    return (await hub.request('/releases', { ...init, headers })).status
  }
  assert.equal(await ask(await jobToken(hub, 'write'), 'v1'), 201)
  assert.equal(await ask(await jobToken(hub, 'read'), 'v2'), 403)
  assert.equal(await ask(await tokenWithScope(hub, 'read'), 'v2'), 403)
})

test('Drafts may share a tag, of which one is published', async t => {
  const hub = await startTestHub(t)
  const first = await create(hub, { tag_name: 'v1', draft: true })
  const second = await create(hub, { tag_name: 'v1', draft: true })
  await send(hub, 'PATCH', `/releases/${first['id']}`, { draft: false })
  const refused = await hub.json(`/releases/${second['id']}`, { method: 'PATCH', body: '{"draft": false}' })
  assert.equal(refused.status, 422)
  assert.deepEqual((refused.body as Release)['errors'], [
    { resource: 'Release', code: 'already_exists', field: 'tag_name' },
  ])
  await send(hub, 'PATCH', `/releases/${second['id']}`, { tag_name: 'v1.1', draft: false })
  assert.equal((await hub.request('/releases/tags/v1.1')).status, 200)
})

test('What a change leaves out stays, and null takes a text away', async t => {
  const hub = await startTestHub(t)
  const made = await create(hub, { tag_name: 'v1', name: 'One', body: 'Text', prerelease: true })
  const { updated_at: _, ...before } = made
  const { updated_at: __, ...same } = await send(hub, 'PATCH', `/releases/${made['id']}`, {})
  assert.deepEqual(same, before)
  const { name, body } = await send(hub, 'PATCH', `/releases/${made['id']}`, { name: null, body: 'Other' })
  assert.deepEqual([name, body], [null, 'Other'])
})

test('The latest release is the one published last, unless it is told otherwise', async t => {
  const hub = await startTestHub(t)
  const first = await create(hub, { tag_name: 'v1' })
  await create(hub, { tag_name: 'v2' })
  assert.equal(await latest(hub), 'v2')
  await create(hub, { tag_name: 'v1.1', make_latest: 'false' })
  await create(hub, { tag_name: 'v3-rc', prerelease: true })
  await create(hub, { tag_name: 'v3', draft: true })
  assert.equal(await latest(hub), 'v2')
  await send(hub, 'PATCH', `/releases/${first['id']}`, { body: 'a correction' })
  assert.equal(await latest(hub), 'v2')
  await send(hub, 'PATCH', `/releases/${first['id']}`, { make_latest: 'true' })
  assert.equal(await latest(hub), 'v1')
  await send(hub, 'PATCH', `/releases/${first['id']}`, { make_latest: 'false' })
  assert.equal(await latest(hub), 'v2')
})

test('By the legacy rule an older commit is not the latest', async t => {
  const hub = await startTestHub(t)
  const someone = 'A. Author <author@example.invalid> 1700000000 +0000'
  const tree = hub.repository.git('rev-parse', 'HEAD^{tree}')
  hub.repository.write({ older: `tree ${tree}\nauthor ${someone}\ncommitter ${someone}\n\nOlder\n` })
  hub.repository.git('tag', 'old', hub.repository.git('hash-object', '-t', 'commit', '-w', 'older'))
  await create(hub, { tag_name: 'new' })
  const older = await create(hub, { tag_name: 'old', make_latest: 'legacy' })
  assert.equal(older['created_at'], '2023-11-14T22:13:20Z')
  assert.equal(await latest(hub), 'new')
  await create(hub, { tag_name: 'newer', make_latest: 'legacy' })
  assert.equal(await latest(hub), 'newer')
})

test('A release stands for one commit: its archive stays when the branch moves, and the checkout gets no tag', async t => {
  const hub = await startTestHub(t)
  const sha = hub.repository.git('rev-parse', 'HEAD')
  const release = await create(hub, { tag_name: 'v1/a#b' })
  assert.equal(release['created_at'], '2026-01-02T03:04:05Z')
  assert.equal(hub.repository.git('tag'), '')
  hub.repository.commit({ 'a.txt': 'later' })
  await send(hub, 'PATCH', `/releases/${release['id']}`, { name: 'One' })
  const headers = { Authorization: `Bearer ${testToken}` }
  const archive = await fetch(String(release['tarball_url']), { headers })
  await archive.body?.cancel()
  assert.equal(archive.status, 200)
  assert.match(archive.headers.get('content-disposition') ?? '', new RegExp(sha.slice(0, 7)))
  for (const draft of [true, false]) {
    const body = JSON.stringify({ tag_name: 'v2', target_commitish: 'nowhere', draft })
    assert.equal((await hub.request('/releases', { method: 'POST', body })).status, draft ? 201 : 422)
  }
})

test('The list has pages and an ETag, which changes with a release and with its files', async t => {
  const hub = await startTestHub(t)
  for (const tag_name of ['v1', 'v2', 'v3']) await create(hub, { tag_name })
  const page = await hub.request('/releases?per_page=2')
  assert.match(page.headers.get('link') ?? '', /page=2>; rel="next"/)
  assert.deepEqual(
    ((await page.json()) as Release[]).map(release => release['tag_name']),
    ['v3', 'v2'],
  )
  const etag = page.headers.get('etag') ?? ''
  const again = async (): Promise<number> =>
    (await hub.request('/releases?per_page=2', { headers: { 'If-None-Match': etag } })).status
  assert.equal(await again(), 304)
  await hub.request('/releases/3/assets?name=a', { method: 'POST', body: 'bytes' })
  assert.equal(await again(), 200)
})

test('A name, a text or a tag beyond measure is refused, and so is a body beyond the API’s limit', async t => {
  const hub = await startTestHub(t)
  const status = async (body: object): Promise<number> =>
    (await hub.request('/releases', { method: 'POST', body: JSON.stringify(body) })).status
  const odd = ['', '-x', 'a..b', 'a b', 'a\0b', 'refs/../x', '~', '\ud800', 'x'.repeat(256)]
  for (const tag_name of odd) assert.equal(await status({ tag_name }), 422, tag_name)
  assert.equal(await status({ tag_name: 'v1', name: 'x'.repeat(256) }), 422)
  assert.equal(await status({ tag_name: 'v1', body: 'x'.repeat(125_001) }), 422)
  assert.equal(await status({ tag_name: 'v1', body: 'x'.repeat(1024 * 1024) }), 413)
  assert.equal(await status({ tag_name: 'v1', body: 'x'.repeat(125_000) }), 201)
})
