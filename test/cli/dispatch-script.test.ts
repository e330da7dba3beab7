import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { makeDesk } from '../support/relayq-process.ts'
import { startTestHub, testToken } from '../support/running-hub.ts'

const script = join(import.meta.dirname, '..', '..', 'bin', 'dispatch.sh')

test('bin/dispatch.sh works from any folder and through a symbolic link, and prints exactly the run’s URL', async t => {
  const desk = makeDesk(t)
  const { hub } = await startTestHub(t)
  const link = join(desk.folder, 'dispatch')
  symlinkSync(script, link)
  const env = { ...desk.env, RELAYQ_API_URL: hub.apiUrl, RELAYQ_TOKEN: testToken, GH_REPO: 'octo/queue' }
  for (const program of [script, link]) {
    const ended = await promisify(execFile)(program, ['.github/workflows/echo.yml', 'text=a b=c&d'], {
      cwd: desk.folder,
      env,
    })
    assert.match(ended.stdout, /^http:\/\/github\.localhost:\d+\/octo\/queue\/actions\/runs\/\d+\n$/)
  }
})

test('bin/dispatch.sh fails with the reason on stderr and nothing on stdout', async t => {
  const desk = makeDesk(t)
  const env = { ...desk.env, RELAYQ_API_URL: 'http://127.0.0.1:1', RELAYQ_TOKEN: 't', GH_REPO: 'octo/queue' }
  const failed = promisify(execFile)(script, ['x.yml', 'url=a'], { cwd: desk.folder, env })
  await assert.rejects(failed, { code: 75, stdout: '', stderr: /cannot be reached/ })
})
