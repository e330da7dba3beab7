import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { type TestContext, test } from 'node:test'
import { openTestHub, type TestHub } from '../../../test/support/engine-hub.ts'
import type { TestJob } from '../../../test/support/protocol-runner.ts'
import { uploadCache } from '../../../test/support/reported-job.ts'
import type { JsonObject } from '../../base/json.ts'
import {
  artifactService,
  cacheService,
  receiverService,
  stepUpdateService,
} from '../../protocol/results-service.ts'

test('step updates that arrive out of order leave the newest state of each step', async t => {
  const { hub, job, jobId } = await runningJob(t)
  const update = (change_order: number, ...steps: JsonObject[]) =>
    job.twirp(stepUpdateService, 'WorkflowStepsUpdate', { change_order, steps })
  const step = (number: number, status: number, conclusion = 0) => {
    return { external_id: `s${number}`, number, name: `step ${number}`, status, conclusion }
  }
  assert.deepEqual(await update(2, step(1, 6, 2)), { status: 200, body: { ok: true } })
  await update(1, step(1, 3), step(2, 3))
  assert.deepEqual(
    hub.engine.reader.listSteps(jobId).map(({ name, status, conclusion }) => [name, status, conclusion]),
    [
      ['step 1', 'completed', 'success'],
      ['step 2', 'in_progress', null],
    ],
  )
})

test("a running job's log is read as far as it has arrived, in step order, without marks and secrets", async t => {
  const { hub, job, jobId } = await runningJob(t)
  assert.equal(await hub.engine.reader.openJobLog(jobId), null)
  await job.twirp(stepUpdateService, 'WorkflowStepsUpdate', {
    change_order: 1,
    steps: [2, 1].map(number => ({ external_id: `s${number}`, number, name: `step ${number}`, status: 3 })),
  })
  const second = await logUrl(job, 's2')
  const first = await logUrl(job, 's1')
  assert.equal(await put(second, ''), 201)
  assert.equal(await put(`${second}&comp=appendblock`, '\ufeff3 drei\n'), 201)
  const token = job.githubToken
  assert.equal(await put(first, `\ufeff1 the token is ${token}, not ${token.slice(0, 20)}`), 201)
  assert.equal(await logText(hub, jobId), `1 the token is ***, not ${token.slice(0, 20)}\n3 drei\n`)
  await put(`${second}&comp=appendblock&seal=true`, '\ufeff4 vier ä\n')
  assert.match(await logText(hub, jobId), /\n3 drei\n4 vier ä\n$/)
  const step = await hub.engine.reader.openStepLog(jobId, 's2')
  assert.equal(await new Response(step).text(), '3 drei\n4 vier ä\n')
})

test('once a job has ended its own log is shown, and nothing can be written any more', async t => {
  const { hub, job, jobId } = await runningJob(t)
  const stepUrl = await logUrl(job, 's1')
  await put(stepUrl, 'step\n')
  const { body } = await job.twirp(receiverService, 'GetJobLogsSignedBlobURL', {})
  await put(String((body as JsonObject)['logs_url']), 'whole\n')
  assert.equal(await logText(hub, jobId), 'step\n')
  await job.complete('succeeded')
  assert.equal(await logText(hub, jobId), 'whole\n')
  assert.equal(await put(stepUrl, 'forged\n'), 404)
  assert.equal((await job.twirp(receiverService, 'GetJobLogsSignedBlobURL', {})).status, 404)
})

test('step summaries are joined in step order, and more than a mebibyte is refused', async t => {
  const { hub, job, jobId } = await runningJob(t)
  const urlOf = async (step: string) => {
    const { body } = await job.twirp(receiverService, 'GetStepSummarySignedBlobURL', {
      step_backend_id: step,
    })
    return String((body as JsonObject)['summary_url'])
  }
  await put(await urlOf('s1'), '# One')
  await put(await urlOf('s2'), '# Two')
  assert.equal(await hub.engine.reader.readSummary(jobId), '# One\n# Two')
  assert.equal(await put(await urlOf('s3'), Buffer.alloc(1024 * 1024 + 1)), 413)
  assert.equal(await hub.engine.reader.readSummary(jobId), '# One\n# Two')
})

test('an artifact uploaded in blocks of any order, some of them twice, is what was sent', async t => {
  const { hub, job, runId } = await runningJob(t)
  const content = randomBytes(300_000)
  const hash = `sha256:${createHash('sha256').update(content).digest('hex')}`
  const created = await job.twirp(artifactService, 'CreateArtifact', { name: 'result', version: 4 })
  const url = String((created.body as JsonObject)['signed_upload_url'])
  const blocks = [0, 1, 2].map(n => ({
    id: btoa(`block ${n}`),
    bytes: content.subarray(n * 100_000, (n + 1) * 100_000),
  }))
  for (const { id, bytes } of [...blocks.toReversed(), ...blocks.slice(0, 1)]) {
    assert.equal(await put(`${url}&comp=block&blockid=${encodeURIComponent(id)}`, bytes), 201)
  }
  const list = `<?xml version="1.0"?><BlockList>${blocks.map(({ id }) => `<Latest>${id}</Latest>`).join('')}</BlockList>`
  assert.equal(
    await put(`${url}&comp=blocklist`, list.replace('Latest>', 'Latest>bm8')),
    400,
    'an unknown block',
  )
  assert.equal(await put(`${url}&comp=blocklist`, list), 201)
  assert.equal(await put(`${url}&comp=blocklist`, list), 201, 'and again')

  const finalize = (size: number, digest = hash) =>
    job.twirp(artifactService, 'FinalizeArtifact', { name: 'result', size: String(size), hash: digest })
  assert.equal((await finalize(299_999)).status, 400)
  assert.equal((await finalize(300_000, `sha256:${'0'.repeat(64)}`)).status, 400)
  assert.equal(hub.engine.reader.listArtifacts({ runId }, { page: 1, perPage: 10 }).totalCount, 0)
  assert.deepEqual((await finalize(300_000)).body, { ok: true, artifact_id: '1' })
  assert.equal((await job.twirp(artifactService, 'CreateArtifact', { name: 'result' })).status, 409)

  const { body } = await job.twirp(artifactService, 'ListArtifacts', { name_filter: 'result' })
  const [listed] = (body as { artifacts: JsonObject[] }).artifacts
  assert.deepEqual([listed?.['database_id'], listed?.['size'], listed?.['digest']], ['1', '300000', hash])
  const uploader = 'whichever job of this run'
  const signed = await job.twirp(artifactService, 'GetSignedArtifactURL', {
    name: 'result',
    workflow_job_run_backend_id: uploader,
  })
  const response = await fetch(String((signed.body as JsonObject)['signed_url']))
  assert.equal(response.headers.get('content-type'), 'application/zip')
  assert.equal(response.headers.get('content-length'), '300000')
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), content)

  assert.equal((await job.twirp(artifactService, 'DeleteArtifact', { name: 'result' })).status, 200)
  assert.equal((await job.twirp(artifactService, 'GetSignedArtifactURL', { name: 'result' })).status, 404)
})

test('a second try at an upload that broke off begins anew', async t => {
  const { job } = await runningJob(t)
  const create = () => job.twirp(artifactService, 'CreateArtifact', { name: 'result' })
  const first = String(((await create()).body as JsonObject)['signed_upload_url'])
  await put(first, 'half')
  const second = String(((await create()).body as JsonObject)['signed_upload_url'])
  assert.equal(await put(first, 'half'), 404)
  await put(second, 'whole')
  assert.equal(
    (await job.twirp(artifactService, 'FinalizeArtifact', { name: 'result', size: '5' })).status,
    200,
  )
})

test('the bytes of an artifact are freed when its time is over, and its row says so', async t => {
  const { hub, job, runId } = await runningJob(t)
  const expires_at = '2026-11-23T13:00:00Z'
  const { body } = await job.twirp(artifactService, 'CreateArtifact', { name: 'short', expires_at })
  await put(String((body as JsonObject)['signed_upload_url']), 'x')
  await job.twirp(artifactService, 'FinalizeArtifact', { name: 'short', size: '1' })
  const artifact = hub.engine.reader.listArtifacts({ runId }, { page: 1, perPage: 1 }).items[0]
  assert.equal(artifact?.expiresAt, expires_at)
  const url = () =>
    hub.engine.signedBlobUrl(artifact?.blobId ?? '', { contentType: 'text/plain', fileName: 'x' })
  assert.equal((await fetch(url())).status, 200)
  hub.pass(2 * 3600, 20)
  assert.equal((await fetch(url())).status, 404)
  assert.equal(hub.engine.reader.getArtifact(artifact?.id ?? 0)?.name, 'short')
})

test('an artifact is kept as long as the repository says, unless its job asks for less', async t => {
  const { hub, job, runId } = await runningJob(t)
  hub.engine.settings.change({ retentionDays: 3 })
  const { body } = await job.twirp(artifactService, 'CreateArtifact', {
    name: 'long',
    expires_at: '2027-01-01T00:00:00Z',
  })
  await put(String((body as JsonObject)['signed_upload_url']), 'x')
  await job.twirp(artifactService, 'FinalizeArtifact', { name: 'long', size: '1' })
  const [artifact] = hub.engine.reader.listArtifacts({ runId }, { page: 1, perPage: 1 }).items
  assert.ok(artifact)
  assert.equal(Date.parse(artifact.expiresAt) - Date.parse(artifact.createdAt), 3 * 24 * 3600 * 1000)
})

test('a cache is found by its key, then by prefixes in order, the newest first, and only in its version', async t => {
  const { hub, job } = await runningJob(t)
  const save = async (key: string, content: string) => {
    await uploadCache(job, key, content)
    hub.pass(1)
  }
  const find = async (key: string, restore_keys: string[] = [], version = 'v') => {
    const { body } = await job.twirp(cacheService, 'GetCacheEntryDownloadURL', { key, restore_keys, version })
    const { ok, matched_key, signed_download_url } = body as JsonObject
    return ok ? `${matched_key}: ${await (await fetch(String(signed_download_url))).text()}` : 'miss'
  }
  await save('npm-1', 'one')
  await save('npm-2', 'two')
  assert.equal(await find('npm-1'), 'npm-1: one')
  assert.equal(await find('npm-3', ['pip-', 'npm-']), 'npm-2: two')
  assert.equal(await find('npm'), 'npm-2: two')
  assert.equal(await find('npm_', ['pip%']), 'miss')
  assert.equal(await find('npm-1', [], 'w'), 'miss')
  assert.equal(
    (await job.twirp(cacheService, 'CreateCacheEntry', { key: 'npm-1', version: 'v' })).status,
    409,
  )
})

test('a signed URL serves one blob by one method until it expires, and nothing else', async t => {
  const { hub, job } = await runningJob(t)
  const url = await logUrl(job, 's1')
  const other = await logUrl(job, 's2')
  assert.equal(await put(url, 'log\n'), 201)
  assert.equal((await fetch(url)).status, 403, 'another method')
  assert.equal((await fetch(url, { method: 'HEAD' })).status, 403)
  assert.equal(await put(url.replace(/sig=.{5}/, 'sig=AAAAA'), 'x'), 403, 'a forged signature')
  assert.equal(await put(url.replace(/se=\d+/, 'se=9999999999'), 'x'), 403, 'a longer life')
  const [otherPath] = other.split('?')
  const [, query] = url.split('?')
  assert.equal(await put(`${otherPath}?${query}`, 'x'), 403, 'another blob')
  const blobId = url.split('/').at(-1)?.split('?')[0] ?? ''
  const download = hub.engine.signedBlobUrl(blobId, { contentType: 'text/plain', fileName: 'ä "log".txt' })
  const answer = await fetch(download)
  assert.equal(await answer.text(), 'log\n')
  assert.match(answer.headers.get('content-disposition') ?? '', /filename\*=UTF-8''%C3%A4/)
  assert.equal(await put(download, 'x'), 403)
  hub.pass(3600, 20)
  assert.equal((await fetch(download)).status, 403, 'expired')
})

test('an append that breaks off half-way leaves no half block', async t => {
  const { hub, job, jobId } = await runningJob(t)
  const url = await logUrl(job, 's1')
  await put(`${url}&comp=appendblock`, 'one\n')
  await new Promise<void>(resolve => {
    const upload = request(`${url}&comp=appendblock`, { method: 'PUT', headers: { 'content-length': '100' } })
    upload.on('error', () => resolve())
    upload.write('half a bl', () => upload.destroy())
  })
  await put(`${url}&comp=appendblock`, 'two\n')
  assert.equal(await logText(hub, jobId), 'one\ntwo\n')
  const position = { 'x-ms-blob-condition-appendpos': '4' }
  assert.equal(
    await put(`${url}&comp=appendblock`, 'two\n', position),
    412,
    'a repeated block says where it belongs',
  )
})

test('only a running job may call, for itself alone, and in words that can be read', async t => {
  const { hub, job } = await runningJob(t)
  const path = '/twirp/github.actions.results.api.v1.ArtifactService/CreateArtifact'
  const call = async (token: string, body: string) => {
    const init = { method: 'POST', body, headers: { authorization: `Bearer ${token}` } }
    const response = await fetch(`${hub.base}${path}`, init)
    return [response.status, ((await response.json()) as { code: string }).code]
  }
  assert.deepEqual(await call('guess', '{"name":"x"}'), [401, 'unauthenticated'])
  assert.deepEqual(await call(job.token, '{"name":'), [400, 'invalid_argument'])
  assert.deepEqual(await call(job.token, '{"name":""}'), [400, 'invalid_argument'])
  const other = '{"name":"x","workflow_job_run_backend_id":"another"}'
  assert.deepEqual(await call(job.token, other), [403, 'permission_denied'])
  assert.equal((await job.twirp(artifactService, 'Nonsense', {})).status, 404)
  const launch = `${hub.base}/actions/build/p/jobs/j/runnerresolve/actions`
  const headers = { authorization: `Bearer ${job.token}` }
  assert.equal((await fetch(launch, { method: 'POST', headers })).status, 422)
})

async function runningJob(
  t: TestContext,
): Promise<{ hub: TestHub; job: TestJob; jobId: number; runId: number }> {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const run = await hub.startRun(
    'jobs:\n  a:\n    runs-on: x\n    timeout-minutes: 600\n    steps:\n      - run: echo\n',
  )
  const job = await runner.takeJob()
  // Keeps the lease while the clock moves. Its connection ends with the test, which is no error.
  runner.poll({ busy: true }).catch(() => null)
  await hub.polled()
  return { hub, job, jobId: job.message.requestId, runId: run.id }
}

async function logUrl(job: TestJob, step: string): Promise<string> {
  const { body } = await job.twirp(receiverService, 'GetStepLogsSignedBlobURL', { step_backend_id: step })
  return String((body as JsonObject)['logs_url'])
}

async function put(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<number> {
  return (await fetch(url, { method: 'PUT', body, headers })).status
}

async function logText(hub: TestHub, jobId: number): Promise<string> {
  return new Response(await hub.engine.reader.openJobLog(jobId)).text()
}
