import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryFolder } from '../../../test/support/git-repository.ts'
import { echoWorkflow, startTestHub, testToken } from '../../../test/support/running-hub.ts'

const run = promisify(execFile)

/** A hub, and git as a person's or a job's machine has it. */
async function start(t: TestContext) {
  const fixture = await startTestHub(t, { '.github/workflows/echo.yml': echoWorkflow, 'a/file': 'first' })
  const folder = temporaryFolder(t)
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C',
  }
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run('git', [...args], { cwd: folder, env, timeout: 20_000 })).stdout.trim()
  const address = (token: string, path = 'octo/queue'): string =>
    `${fixture.hub.serverUrl.replace('//', `//x-access-token:${token}@`)}/${path}`
  return { ...fixture, folder, git, address }
}

test('A job clones the repository with its token, cannot push, and is nobody once it has ended', async t => {
  const { git, address, folder, startEcho, runner } = await start(t)
  await startEcho('hello')
  const job = await (await runner('mac', ['self-hosted', 'echo'])).takeJob()
  const token = job.githubToken
  await git('clone', '--quiet', address(token), 'clone')
  assert.equal(readFileSync(join(folder, 'clone/a/file'), 'utf8'), 'first')
  const author = ['-c', 'user.name=a', '-c', 'user.email=a@example.invalid']
  await git('-C', 'clone', ...author, 'commit', '--quiet', '--allow-empty', '-m', 'mine')
  await assert.rejects(git('-C', 'clone', 'push', 'origin', 'main'), /403/)
  await job.complete('succeeded')
  await assert.rejects(git('clone', address(token), 'late'), /Authentication failed/)
})

test('The owner fetches one commit by its name, without history, and what came since', async t => {
  const { git, address, folder, repository } = await start(t)
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
  const { git, address, hub, folder } = await start(t)
  await assert.rejects(git('clone', `${hub.serverUrl}/octo/queue`, 'x'), /could not read Username/)
  await assert.rejects(git('clone', address('wrong'), 'x'), /Authentication failed/)
  await assert.rejects(git('clone', address(testToken, 'octo/other'), 'x'), /not found/)
  assert.equal(existsSync(join(folder, 'x')), false)
  const ask = async (path: string, init: RequestInit = {}): Promise<number> => {
    const headers = { Authorization: `Bearer ${testToken}`, ...init.headers }
    return (await fetch(`${hub.url}/octo/queue${path}`, { ...init, headers })).status
  }
  assert.equal(await ask('/info/refs'), 403)
  assert.equal(await ask('/info/refs?service=git-receive-pack'), 403)
  assert.equal(await ask('/git-receive-pack', { method: 'POST', body: '0000' }), 403)
  assert.equal(await ask('/objects/info/packs'), 404)
  assert.equal(await ask('/.git/config'), 404)
  assert.equal(await ask('/HEAD'), 404)
  assert.equal(await ask('/git-upload-pack', { method: 'POST', body: 'zzzz' }), 415)
  assert.match(await git('ls-remote', address(testToken)), /refs\/heads\/main$/)
})
