import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hubFolder, readHubFile } from '../../src/config/hub-file.ts'
import { findPaths } from '../../src/config/paths.ts'
import { GitHubClient } from '../../src/github/client.ts'
import { listFiles } from '../../src/github/files.ts'
import { type Desk, makeDesk } from '../support/relayq-process.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'

const recording = join(import.meta.dirname, '..', '..', 'examples', 'audio', 'market.mp3')

async function keptFiles({ env, checkout }: Desk): Promise<readonly string[]> {
  const hub = readHubFile(hubFolder(findPaths(env), checkout))
  assert.ok(hub)
  const { owner, name } = hub.repository
  const client = new GitHubClient({ apiUrl: hub.apiUrl, token: hub.token, owner, repo: name })
  try {
    return (await listFiles(client)).map(({ label }) => label)
  } finally {
    client.close()
  }
}

test('a file of this machine is heard on another, and gone from the broker when its job is over', {
  timeout: 120_000,
}, async t => {
  const desk = makeDesk(t, shippedWorkflows)
  copyFileSync(recording, join(desk.checkout, 'a talk.mp3'))
  const up = await desk.relayq(['up', '--detach', '--runner', 'box=audio'])
  assert.equal(up.code, 0, up.stderr)
  const cancelled = await desk.relayq(['submit', 'transcribe', './a talk.mp3', '--in', '8h'])
  const id = cancelled.stdout.trim()
  assert.deepEqual(await keptFiles(desk), [id], cancelled.stderr)
  assert.equal((await desk.relayq(['cancel', id])).code, 0)
  assert.deepEqual(await keptFiles(desk), [])

  const done = await desk.relayq(['submit', 'transcribe', './a talk.mp3', 'formats=txt', '--wait'])
  assert.equal(done.code, 0, done.stderr)
  assert.deepEqual(await keptFiles(desk), [])
  const heard = await desk.relayq(['result', done.stdout.trim()])
  assert.match(heard.stdout, /market/i, heard.stderr)
})
