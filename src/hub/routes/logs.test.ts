import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import type { TestJob } from '../../../test/support/protocol-runner.ts'
import { reportStep, uploadStepLog } from '../../../test/support/reported-job.ts'
import { type HubFixture, startTestHub } from '../../../test/support/running-hub.ts'

const line = '2026-11-23T20:57:45.0270000Z hello\n'

async function runningJob(t: Parameters<typeof startTestHub>[0]) {
  const fixture = await startTestHub(t)
  const runId = await fixture.startEcho('hello')
  const runner = await fixture.runner('mac', ['self-hosted', 'echo'])
  const job = await runner.takeJob()
  await reportStep(job, { id: 's1', name: 'Say/../hello', status: 3, conclusion: 0 })
  return { ...fixture, runId, job, jobId: await firstJobId(fixture, runId) }
}

async function firstJobId(fixture: HubFixture, runId: number): Promise<number> {
  const { body } = await fixture.json(`/actions/runs/${runId}/jobs`)
  return (body as { jobs: readonly { id: number }[] }).jobs[0]?.id ?? 0
}

test('While a job runs its log so far is given, and before its first line there is none', async t => {
  const { request, job, jobId } = await runningJob(t)
  assert.equal((await request(`/actions/jobs/${jobId}/logs`)).status, 404)
  await uploadStepLog(job, 's1', line)
  const answer = await request(`/actions/jobs/${jobId}/logs`)
  assert.equal(answer.status, 200)
  assert.equal(await answer.text(), line)
})

test('A log is a redirect to a link that needs no token and is for that log alone', async t => {
  const { request, job, jobId, runId, hub } = await runningJob(t)
  await uploadStepLog(job, 's1', line)
  const answer = await request(`/actions/jobs/${jobId}/logs`, { redirect: 'manual' })
  const location = answer.headers.get('Location') ?? ''
  assert.equal(answer.status, 302)
  assert.equal(await (await fetch(location)).text(), line)
  const { search } = new URL(location)
  assert.equal((await fetch(`${hub.url}/-/logs/runs/${runId}${search}`)).status, 403)
  assert.equal((await fetch(location.replace('signature=', 'signature=_'))).status, 403)
  assert.equal((await fetch(`${hub.url}/-/logs/jobs/${jobId}`)).status, 403)
})

test("A run's logs are a zip with a file per job and per step, whatever a step is called", async t => {
  const fixture = await runningJob(t)
  await endJob(fixture.job, line)
  assert.deepEqual(await unzip(fixture, ''), { '0_echo.txt': line, 'echo/1_Say..hello.txt': line })
})

test('Each attempt has logs of its own, until the logs of the run are deleted', async t => {
  const fixture = await runningJob(t)
  const { request, runId } = fixture
  await endJob(fixture.job, line)
  await request(`/actions/runs/${runId}/rerun`, { method: 'POST' })
  await endJob(await (await fixture.runner('pi', ['self-hosted', 'echo'])).takeJob(), `${line}again\n`)
  assert.equal((await unzip(fixture, '/attempts/1'))['0_echo.txt'], line)
  assert.equal((await unzip(fixture, '/attempts/2'))['0_echo.txt'], `${line}again\n`)
  assert.equal((await unzip(fixture, ''))['0_echo.txt'], `${line}again\n`)
  assert.equal((await request(`/actions/runs/${runId}/logs`, { method: 'DELETE' })).status, 204)
  for (const path of ['/logs', '/attempts/1/logs']) {
    assert.equal((await request(`/actions/runs/${runId}${path}`)).status, 404)
  }
  assert.equal((await request(`/actions/jobs/${fixture.jobId}/logs`)).status, 404)
})

async function endJob(job: TestJob, log: string): Promise<void> {
  await uploadStepLog(job, 's1', log)
  await reportStep(job, { id: 's1', name: 'Say/../hello', status: 6, conclusion: 2 })
  await job.complete('succeeded')
}

/** The files of the archive of the run, or of its `attempt` (a path), by name. */
async function unzip(
  { request, runId }: HubFixture & { readonly runId: number },
  attempt: string,
): Promise<Record<string, string>> {
  const answer = await request(`/actions/runs/${runId}${attempt}/logs`)
  const script =
    'import io,json,sys,zipfile; z=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())); print(json.dumps({n: z.read(n).decode() for n in z.namelist()}))'
  const input = Buffer.from(await answer.arrayBuffer())
  return JSON.parse(execFileSync('python3', ['-c', script], { input, encoding: 'utf8' }))
}
