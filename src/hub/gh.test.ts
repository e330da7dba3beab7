import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startHubForGh } from '../../test/support/gh.ts'
import { reportStep, uploadStepLog } from '../../test/support/reported-job.ts'

test('gh dispatches a workflow, with and without a ref, and lists its runs', async t => {
  const { gh } = await startHubForGh(t)
  await gh('workflow', 'run', 'echo.yml', '--ref', 'main', '-f', 'text=one')
  await gh('workflow', 'run', 'echo.yml', '-f', 'text=two')
  const fields = 'displayTitle,status,workflowName,headBranch'
  assert.deepEqual(JSON.parse(await gh('run', 'list', '--json', fields)), [
    { displayTitle: 'Echo two', status: 'queued', workflowName: 'Echo', headBranch: 'main' },
    { displayTitle: 'Echo one', status: 'queued', workflowName: 'Echo', headBranch: 'main' },
  ])
})

test('gh shows a finished run with its jobs and its log', async t => {
  const { gh, startEcho, runner } = await startHubForGh(t)
  const id = await startEcho('hello')
  const job = await (await runner('mac', ['self-hosted', 'echo'])).takeJob()
  await reportStep(job, { id: 's1', name: 'Say hello', status: 6, conclusion: 2 })
  await uploadStepLog(job, 's1', '2026-11-23T20:57:45.0270000Z hello\n')
  await job.complete('succeeded')
  assert.match(await gh('run', 'view', String(id)), /✓ echo in/)
  assert.match(await gh('run', 'view', String(id), '--log'), /^echo\tSay hello\t.*Z hello$/m)
  const { jobs } = JSON.parse(await gh('run', 'view', String(id), '--json', 'jobs'))
  const ofJob = ['run', 'view', '--job', String(jobs[0].databaseId)] as const
  assert.match(await gh(...ofJob), /✓ Say hello$/m)
  assert.match(await gh(...ofJob, '--log'), /^echo\tSay hello\t.*Z hello$/m)
})

test('gh lists workflows, reads one, cancels a run and calls the API', async t => {
  const { gh, startEcho } = await startHubForGh(t)
  const id = await startEcho('hello')
  assert.match(await gh('workflow', 'list'), /^Echo\tactive\t\d+$/m)
  assert.match(await gh('workflow', 'view', 'echo.yml', '--yaml'), /^name: Echo$/m)
  assert.match(await gh('workflow', 'view', 'Echo'), /^Total runs 1\nRecent runs\nqueued\t\tEcho hello\t/m)
  await gh('run', 'cancel', String(id))
  assert.equal(await gh('api', `repos/octo/queue/actions/runs/${id}`, '--jq', '.conclusion'), 'cancelled\n')
  assert.equal(await gh('api', 'user', '--jq', '.login'), 'octo\n')
})

test('gh writes a file, which is in the work tree then', async t => {
  const { gh, repository } = await startHubForGh(t)
  const path = 'repos/octo/queue/contents/hello.txt'
  await gh('api', '--method', 'PUT', path, '-f', 'message=Greet', '-f', 'content=aGVsbG8=')
  assert.equal(readFileSync(join(repository.path, 'hello.txt'), 'utf8'), 'hello')
  assert.equal(repository.git('log', '-1', '--format=%s'), 'Greet')
})

test('gh sets, lists and deletes secrets', async t => {
  const { gh } = await startHubForGh(t)
  await gh('secret', 'set', 'API_KEY', '--body', 'open sesame')
  assert.match(await gh('secret', 'list'), /^API_KEY\s+\S+/)
  await gh('secret', 'delete', 'API_KEY')
  assert.equal(await gh('secret', 'list'), '')
})

test('gh says what the hub refuses', async t => {
  const { gh } = await startHubForGh(t)
  await assert.rejects(
    gh('workflow', 'run', 'echo.yml', '--ref', 'main'),
    /Required input 'text' not provided/,
  )
  await assert.rejects(
    gh('workflow', 'run', 'nope.yml', '--ref', 'main'),
    /could not find any workflows|HTTP 404/,
  )
})
