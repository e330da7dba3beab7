import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type GhFixture, startHubForGh } from '../../test/support/gh.ts'
import type { TestJob } from '../../test/support/protocol-runner.ts'
import { reportStep, uploadArtifact, uploadStepLog } from '../../test/support/reported-job.ts'
import { zipOf } from '../../test/support/zip.ts'

/** Takes the waiting job, says a line, leaves an artifact that holds it, and ends. */
async function runJob(
  hub: GhFixture,
  line: string,
  result: 'succeeded' | 'failed',
): Promise<TestJob['message']> {
  const job = await (await hub.runner(line, ['self-hosted', 'echo'])).takeJob()
  await reportStep(job, { id: 's1', name: 'Say', status: 6, conclusion: result === 'failed' ? 3 : 2 })
  await uploadStepLog(job, 's1', `2026-11-23T20:57:45.0270000Z ${line}\n`)
  await uploadArtifact(job, 'said', await zipOf({ 'said.txt': line }))
  await job.complete(result)
  return job.message
}

test('gh reruns what failed, the whole run and one job, and earlier attempts stay', async t => {
  const hub = await startHubForGh(t)
  const id = String(await hub.startEcho('hello'))
  await runJob(hub, 'first', 'failed')
  await hub.gh('run', 'rerun', id, '--failed', '--debug')
  await assert.rejects(hub.gh('run', 'rerun', id), /cannot be rerun/)
  const again = await runJob(hub, 'second', 'failed')
  assert.equal(again.variables['ACTIONS_STEP_DEBUG']?.value, 'true')
  const { jobs } = JSON.parse(await hub.gh('run', 'view', id, '--json', 'jobs'))
  await hub.gh('run', 'rerun', '--job', String(jobs[0].databaseId))
  await runJob(hub, 'third', 'failed')
  await hub.gh('run', 'rerun', id)
  await runJob(hub, 'fourth', 'succeeded')

  const runs = `repos/octo/queue/actions/runs/${id}`
  assert.equal(await hub.gh('api', runs, '--jq', '[.run_attempt, .conclusion] | @csv'), '4,"success"\n')
  assert.match(await hub.gh('run', 'view', id, '--log'), /fourth/)
  const first = await hub.gh('api', `${runs}/attempts/1/jobs`, '--jq', '.jobs[0].id')
  assert.match(await hub.gh('api', `repos/octo/queue/actions/jobs/${first.trim()}/logs`), /first/)
  const attempts = await hub.gh('api', `${runs}/jobs?filter=all`, '--jq', '.jobs[].run_attempt')
  assert.equal(attempts, '1\n2\n3\n4\n')
  assert.equal(await hub.gh('api', `${runs}/artifacts`, '--jq', '.total_count'), '4\n')
  await hub.gh('run', 'download', id, '--name', 'said')
  assert.equal(readFileSync(join(hub.folder, 'said.txt'), 'utf8'), 'fourth')
})

test('gh watches a run to its end, and says by its exit how that was', async t => {
  const hub = await startHubForGh(t)
  const id = String(await hub.startEcho('hello'))
  const watched = assert.rejects(hub.gh('run', 'watch', id, '--interval', '1', '--exit-status'), { code: 1 })
  await runJob(hub, 'seen', 'failed')
  await watched
  await hub.gh('run', 'download', id)
  assert.equal(readFileSync(join(hub.folder, 'said/said.txt'), 'utf8'), 'seen')
})

test('gh makes a check run, and shows with a run what its job and a client remarked', async t => {
  const { gh, startEcho, runner, repository } = await startHubForGh(t)
  const id = String(await startEcho('hello'))
  const job = await (await runner('mac', ['self-hosted', 'echo'])).takeJob()
  const checks = 'repos/octo/queue/check-runs'
  const remark = [
    '-F',
    'output[annotations][][start_line]=7',
    '-F',
    'output[annotations][][end_line]=7',
  ] as const
  const words = { path: 'a.ts', annotation_level: 'warning', message: 'Too long' }
  const fields = Object.entries(words).flatMap(([name, value]) => [
    '-f',
    `output[annotations][][${name}]=${value}`,
  ])
  const output = ['-f', 'output[title]=Lint', '-f', 'output[summary]=One thing', ...remark, ...fields]
  await gh('api', '-X', 'PATCH', `${checks}/${job.message.requestId}`, ...output)
  await job.complete('failed', { annotations: [{ level: 'failure', message: 'It broke' }] })
  const shown = await gh('run', 'view', id)
  assert.match(shown, /Too long\necho: a\.ts#7/)
  assert.match(shown, /It broke\necho: \.github#1/)

  const sha = repository.git('rev-parse', 'HEAD')
  const made = await gh('api', checks, '-f', 'name=lint', '-f', `head_sha=${sha}`, '--jq', '.id')
  await gh('api', '-X', 'PATCH', `${checks}/${made.trim()}`, '-f', 'conclusion=success', ...output)
  const list = `repos/octo/queue/commits/${sha}/check-runs`
  const states = await gh('api', list, '--jq', '.check_runs[] | [.name, .conclusion] | @csv')
  assert.equal(states, '"lint","success"\n"echo","failure"\n')
})

test('gh disables and enables a workflow', async t => {
  const { gh } = await startHubForGh(t)
  await gh('workflow', 'disable', 'echo.yml')
  assert.match(await gh('workflow', 'list', '--all'), /^Echo\tdisabled_manually\t\d+$/m)
  const dispatch = ['workflow', 'run', 'echo.yml', '--ref', 'main', '-f', 'text=hello'] as const
  await assert.rejects(gh(...dispatch), /Cannot trigger a 'workflow_dispatch' on a disabled workflow/)
  await gh('workflow', 'enable', 'Echo')
  await gh(...dispatch)
})

test('gh shows the runs of a workflow whose file is gone', async t => {
  const { gh, startEcho, repository } = await startHubForGh(t)
  const id = await startEcho('hello')
  repository.git('rm', '-q', '.github/workflows/echo.yml')
  repository.git('commit', '-q', '-m', 'Away with it')
  assert.equal(await gh('workflow', 'list'), '')
  assert.match(await gh('run', 'view', String(id)), /main Echo · 1/)
  assert.match(await gh('run', 'list'), /Echo hello\tEcho\tmain/)
})

test('gh deletes the logs of a run, and the run', async t => {
  const { gh, startEcho } = await startHubForGh(t)
  const id = await startEcho('hello')
  const run = `repos/octo/queue/actions/runs/${id}`
  await assert.rejects(gh('api', '-X', 'DELETE', run), /Could not delete the workflow run/)
  await gh('run', 'cancel', String(id))
  await gh('api', '-X', 'DELETE', `${run}/logs`)
  await gh('api', '-X', 'DELETE', run)
  await assert.rejects(gh('run', 'view', String(id)), /HTTP 404/)
  assert.equal(await gh('run', 'list'), '')
})
