import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startHubForGit } from '../../../test/support/git-client.ts'
import { testToken } from '../../../test/support/running-hub.ts'

test('A job clones the repository with its token, may not push unless told so, and is nobody once it has ended', async t => {
  const { git, address, folder, startEcho, runner } = await startHubForGit(t)
  await startEcho('hello')
  const job = await (await runner('mac', ['self-hosted', 'echo'])).takeJob()
  const token = job.githubToken
  await git('clone', '--quiet', address(token), 'clone')
  assert.equal(readFileSync(join(folder, 'clone/a/file'), 'utf8'), 'first')
  await git('-C', 'clone', 'commit', '--quiet', '--allow-empty', '-m', 'mine')
  await assert.rejects(git('-C', 'clone', 'push', 'origin', 'main'), /403/)
  await job.complete('succeeded')
  await assert.rejects(git('clone', address(token), 'late'), /Authentication failed/)
})

test('The owner fetches one commit by its name, without history, and what came since', async t => {
  const { git, address, folder, repository } = await startHubForGit(t)
  const old = repository.git('rev-parse', 'HEAD')
  repository.commit({ 'a/file': 'second' })
  await git('init', '--quiet', 'one')
  await git('-C', 'one', 'fetch', '--quiet', '--depth=1', address(testToken, 'octo/queue.git'), old)
  await git('-C', 'one', 'checkout', '--quiet', 'FETCH_HEAD')
  assert.equal(readFileSync(join(folder, 'one/a/file'), 'utf8'), 'first')
  await git('-C', 'one', 'fetch', '--quiet', '--filter=blob:none', address(testToken), 'main')
  assert.equal(await git('-C', 'one', 'rev-parse', 'FETCH_HEAD'), repository.git('rev-parse', 'HEAD'))
})

test('Strangers, other repositories and paths beside the protocol get nothing', async t => {
  const { git, address, hub, folder } = await startHubForGit(t)
  await assert.rejects(git('clone', `${hub.serverUrl}/octo/queue`, 'x'), /could not read Username/)
  await assert.rejects(git('clone', address('wrong'), 'x'), /Authentication failed/)
  await assert.rejects(git('clone', address(testToken, 'octo/other'), 'x'), /not found/)
  assert.equal(existsSync(join(folder, 'x')), false)
  const ask = async (path: string, init: RequestInit = {}): Promise<number> => {
    const headers = { Authorization: `Bearer ${testToken}`, ...init.headers }
    return (await fetch(`${hub.url}/octo/queue${path}`, { ...init, headers })).status
  }
  assert.equal(await ask('/info/refs'), 403)
  assert.equal(await ask('/git-receive-pack', { method: 'POST', body: '0000' }), 415)
  assert.equal(await ask('/objects/info/packs'), 404)
  assert.equal(await ask('/.git/config'), 404)
  assert.equal(await ask('/HEAD'), 404)
  assert.equal(await ask('/git-upload-pack', { method: 'POST', body: 'zzzz' }), 415)
  assert.match(await git('ls-remote', address(testToken)), /refs\/heads\/main$/)
})
