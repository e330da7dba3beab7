import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHubForGh } from '../../test/support/gh.ts'
import { uploadCache } from '../../test/support/reported-job.ts'

const actions = 'repos/octo/queue/actions'

test('gh api follows the pages of a list to its end', async t => {
  const { gh, startEcho } = await startHubForGh(t)
  for (const text of ['1', '2', '3']) await startEcho(text)
  const list = ['api', '--paginate', 'repos/{owner}/{repo}/actions/runs?per_page=1'] as const
  assert.equal(await gh(...list, '--jq', '.workflow_runs[].display_title'), 'Echo 3\nEcho 2\nEcho 1\n')
})

test('gh api sets, changes, lists and deletes variables', async t => {
  const { gh } = await startHubForGh(t)
  const list = async (): Promise<string> =>
    await gh('api', `${actions}/variables`, '--jq', '.variables[] | [.name, .value] | @csv')
  await gh('api', `${actions}/variables`, '-f', 'name=GREETING', '-f', 'value=hello')
  assert.equal(await list(), '"GREETING","hello"\n')
  await gh('api', '-X', 'PATCH', `${actions}/variables/GREETING`, '-f', 'value=good evening')
  assert.equal(await list(), '"GREETING","good evening"\n')
  await gh('api', '-X', 'DELETE', `${actions}/variables/GREETING`)
  assert.equal(await list(), '')
})

test('gh api lists caches, says what they take, and deletes them by id and by key', async t => {
  const { gh, startEcho, runner } = await startHubForGh(t)
  await startEcho('hello')
  const job = await (await runner('mac', ['self-hosted', 'echo'])).takeJob()
  for (const key of ['tools-1', 'tools-2', 'models']) await uploadCache(job, key)
  const keys = async (query = ''): Promise<string> =>
    await gh('api', `${actions}/caches${query}`, '--jq', '[.actions_caches[].key] | sort | join(" ")')
  assert.equal(await keys('?key=tools-'), 'tools-1 tools-2\n')
  const usage = await gh('api', `${actions}/cache/usage`, '--jq', '.active_caches_size_in_bytes')
  assert.equal(usage, '15\n')
  const models = await gh('api', `${actions}/caches?key=models`, '--jq', '.actions_caches[0].id')
  await gh('api', '-X', 'DELETE', `${actions}/caches/${models.trim()}`)
  await gh('api', '-X', 'DELETE', `${actions}/caches?key=tools-1`)
  assert.equal(await keys(), 'tools-2\n')
})
