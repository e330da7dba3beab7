import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { reportStep, uploadStepLog, uploadSummary } from '../../../test/support/reported-job.ts'
import { startTestHub, testToken } from '../../../test/support/running-hub.ts'

const script = '<script>alert(1)</script>'

async function signIn(t: TestContext) {
  const fixture = await startTestHub(t)
  const login = new URL(fixture.hub.loginUrl)
  // Node does not resolve *.localhost; browsers and curl do.
  const answer = await fetch(`${fixture.hub.url}${login.pathname}${login.search}`, { redirect: 'manual' })
  const cookie = answer.headers.getSetCookie()[0] ?? ''
  const page = async (path: string): Promise<Response> =>
    await fetch(fixture.hub.url + path, {
      headers: { Cookie: cookie.split(';')[0] ?? '' },
      redirect: 'manual',
    })
  return { ...fixture, answer, cookie, page }
}

test('The login link sets a cookie for the pages alone and leads to them', async t => {
  const { answer, cookie, hub } = await signIn(t)
  assert.equal(answer.status, 302)
  assert.equal(answer.headers.get('Location'), '/octo/queue/actions')
  assert.match(cookie, /; Path=\/octo\/queue\/actions; HttpOnly; SameSite=Lax$/)
  assert.match(hub.loginUrl, /^http:\/\/github\.localhost:\d+\//)
  for (const text of [hub.loginUrl, cookie]) assert.equal(text.includes(testToken), false)
})

test('A browser at the front door is led to the pages', async t => {
  const { hub } = await startTestHub(t)
  for (const path of ['/', '/octo/queue']) {
    const answer = await fetch(hub.url + path, { headers: { Accept: 'text/html' }, redirect: 'manual' })
    assert.equal(answer.headers.get('Location'), '/octo/queue/actions', path)
  }
})

test('Without the cookie a page says how to get in, and shows nothing', async t => {
  const { hub, startEcho } = await startTestHub(t)
  const id = await startEcho('private words')
  for (const path of [
    '',
    `/runs/${id}`,
    `/runs/${id}/attempts/1`,
    '/runs/99',
    '/jobs/1/log',
    `/runs/${id}/artifacts/1`,
  ]) {
    const answer = await fetch(`${hub.url}/octo/queue/actions${path}`)
    const body = await answer.text()
    assert.equal(answer.status, 401, path)
    assert.match(body, /relayq up/)
    assert.doesNotMatch(body, /private words/)
  }
  for (const query of ['', '?code=', '?code=x', `?code=${testToken}`]) {
    assert.equal((await fetch(`${hub.url}/-/login${query}`)).status, 401, query)
  }
})

test('The cookie opens pages but no REST path', async t => {
  const { page } = await signIn(t)
  assert.equal((await page('/octo/queue/actions')).status, 200)
  assert.equal((await page('/repos/octo/queue/actions/runs')).status, 401)
})

test('A run’s page shows its jobs, steps, log and summary while it runs, and keeps refreshing', async t => {
  const { page, startEcho, runner } = await signIn(t)
  const id = await startEcho('hello')
  const job = await (await runner('mac', ['self-hosted', 'echo'])).takeJob()
  await reportStep(job, { id: 's1', name: 'Say hello', status: 3, conclusion: 0 })
  await uploadStepLog(job, 's1', '\uFEFF2026-11-23T20:57:45.0270000Z ##[error]it said hello\n')
  await uploadSummary(job, 's1', '# Done')
  const body = await (await page(`/octo/queue/actions/runs/${id}`)).text()
  for (const part of ['Echo hello', 'Say hello', 'error: it said hello', '# Done', 'in progress', 'mac']) {
    assert.ok(body.includes(part), part)
  }
  assert.match(body, /data-live="yes"/)
  assert.match(body, /<details id="step-1-1" open>/)
  await job.complete('succeeded')
  assert.match(await (await page(`/octo/queue/actions/runs/${id}`)).text(), /data-live="no"/)
})

test('Nothing that a workflow or a job says becomes markup', async t => {
  const { page, startEcho, runner } = await signIn(t)
  const id = await startEcho(script)
  const job = await (await runner('mac', ['self-hosted', 'echo'])).takeJob()
  await reportStep(job, { id: 's1', name: script, status: 3, conclusion: 0 })
  await uploadStepLog(job, 's1', `${script}\n`)
  await uploadSummary(job, 's1', `[x](javascript:alert(1)) ${script}`)
  for (const path of [`/runs/${id}`, '']) {
    const body = await (await page(`/octo/queue/actions${path}`)).text()
    assert.equal(body.includes(script), false)
    assert.ok(body.includes('&lt;script&gt;alert(1)&lt;/script&gt;'))
    assert.doesNotMatch(body, /href="javascript:/)
  }
  const log = await page('/octo/queue/actions/jobs/1/log')
  assert.equal(log.headers.get('Content-Type'), 'text/plain; charset=utf-8')
  assert.equal(log.headers.get('X-Content-Type-Options'), 'nosniff')
})

test('Only the hub’s own style and script may load', async t => {
  const { page, startEcho } = await signIn(t)
  const paths = [
    '/octo/queue/actions',
    `/octo/queue/actions/runs/${await startEcho('x')}`,
    '/octo/queue/actions/zzz',
  ]
  for (const path of paths) {
    const answer = await page(path)
    const policy = answer.headers.get('Content-Security-Policy') ?? ''
    assert.match(policy, /^default-src 'none'; style-src 'self'; script-src 'self'/)
    assert.doesNotMatch(policy, /unsafe|\*/)
    const body = await answer.text()
    assert.doesNotMatch(body, /<script>|\son\w+=|style="/)
  }
})

test('The list shows the runners with their labels', async t => {
  const { page, runner } = await signIn(t)
  await runner('rpi4', ['self-hosted', 'light'])
  const body = await (await page('/octo/queue/actions')).text()
  assert.match(body, /rpi4/)
  assert.match(body, /self-hosted, light/)
})

test('A run that is not there is a page of its own', async t => {
  const { page } = await signIn(t)
  for (const path of ['runs/99', 'runs/abc', 'nope', 'jobs/99/log', 'runs/1/artifacts/9']) {
    assert.equal((await page(`/octo/queue/actions/${path}`)).status, 404, path)
  }
})

test('A run that was run again shows its attempts, each with its own jobs', async t => {
  const { page, startEcho, runner, request } = await signIn(t)
  const id = await startEcho('hello')
  await (await (await runner('mac', ['self-hosted', 'echo'])).takeJob()).complete('failed')
  const path = `/octo/queue/actions/runs/${id}`
  assert.doesNotMatch(await (await page(path)).text(), /Attempts/)
  await request(`/actions/runs/${id}/rerun`, { method: 'POST' })
  const newest = await (await page(path)).text()
  assert.match(newest, new RegExp(`<a href="${path}/attempts/1">1</a>`))
  assert.match(newest, /waits for a runner/)
  const first = await (await page(`${path}/attempts/1`)).text()
  assert.match(first, new RegExp(`<a href="${path}">2</a>`))
  assert.doesNotMatch(first, /waits for a runner/)
  assert.equal((await page(`${path}/attempts/3`)).status, 404)
})
