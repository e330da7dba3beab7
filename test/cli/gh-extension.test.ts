import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { type Desk, makeDesk } from '../support/relayq-process.ts'
import { startTestHub, testToken } from '../support/running-hub.ts'

const extension = join(import.meta.dirname, '..', '..', 'gh-relayq')

/** The real gh, with a configuration and extensions of its own. */
function ghOf(desk: Desk, env: NodeJS.ProcessEnv = {}) {
  const own = { ...desk.env, XDG_DATA_HOME: join(desk.folder, 'data'), ...env }
  return (cwd: string, ...args: readonly string[]) =>
    promisify(execFile)('gh', [...args], { cwd, env: own, timeout: 30_000 })
}

/** What `gh auth login` keeps. */
function logIn(desk: Desk, host: string): void {
  mkdirSync(join(desk.folder, 'gh'))
  const entry = { [host]: { oauth_token: testToken, user: 'octo', git_protocol: 'https' } }
  writeFileSync(join(desk.folder, 'gh/hosts.yml'), JSON.stringify(entry), { mode: 0o600 })
}

test('gh relayq, installed from the folder, speaks to the repository that gh names, with the token gh keeps', async t => {
  const desk = makeDesk(t)
  const { hub } = await startTestHub(t)
  logIn(desk, new URL(hub.url).host)
  const gh = ghOf(desk, { RELAYQ_API_URL: hub.apiUrl, GH_REPO: 'octo/queue' })
  await gh(extension, 'extension', 'install', '.')
  const sent = await gh(desk.folder, 'relayq', 'dispatch', 'echo.yml', 'text=by gh')
  assert.match(sent.stdout, /^http:\/\/github\.localhost:\d+\/octo\/queue\/actions\/runs\/1\n$/)
  const listed = await gh(desk.checkout, 'relayq', 'view', '1', '--json', 'id,state')
  assert.deepEqual(JSON.parse(listed.stdout), { id: 1, state: 'queued' })
  await assert.rejects(gh(desk.folder, 'relayq', 'view', '99'), { code: 1, stderr: /no job or run "99"/ })
})

test('without a checkout beside it, gh relayq calls the relayq on PATH, and says so where there is none', async t => {
  const desk = makeDesk(t)
  logIn(desk, 'github.com')
  const copy = join(desk.folder, 'gh-relayq')
  cpSync(extension, copy, { recursive: true })
  const gh = ghOf(desk, { PATH: [join(desk.folder, 'bin'), '/usr/bin', '/bin'].join(delimiter) })
  await gh(copy, 'extension', 'install', '.')
  installProgram(desk)
  assert.equal((await gh(desk.folder, 'relayq', 'a b', '--c')).stdout, 'a b\n--c\n')
  rmSync(join(desk.folder, 'bin'), { recursive: true })
  await assert.rejects(gh(desk.folder, 'relayq', 'list'), { code: 75, stderr: /npm install -g relayq/ })
})

function installProgram({ folder }: Desk): void {
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin/relayq'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 })
}
