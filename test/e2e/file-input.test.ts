import assert from 'node:assert/strict'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hubFolder, readHubFile } from '../../src/config/hub-file.ts'
import { findPaths } from '../../src/config/paths.ts'
import { GitHubClient } from '../../src/github/client.ts'
import { listFiles } from '../../src/github/files.ts'
import { type Desk, makeDesk } from '../support/relayq-process.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'

const recording = join(import.meta.dirname, '..', '..', 'examples', 'audio', 'market.mp3')

function hubOf({ env, checkout }: Desk) {
  const hub = readHubFile(hubFolder(findPaths(env), checkout))
  assert.ok(hub)
  return hub
}

async function keptFiles(desk: Desk): Promise<readonly string[]> {
  const hub = hubOf(desk)
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
  assert.match((await desk.relayq(['view', id])).stdout, /^ {2}file=a talk\.mp3, \d+ bytes$/m)
  assert.equal((await desk.relayq(['cancel', id])).code, 0)
  assert.deepEqual(await keptFiles(desk), [])

  const done = await desk.relayq(['submit', 'transcribe', './a talk.mp3', 'formats=txt', '--wait'])
  assert.equal(done.code, 0, done.stderr)
  assert.deepEqual(await keptFiles(desk), [])
  const heard = await desk.relayq(['result', done.stdout.trim()])
  assert.match(heard.stdout, /market/i, heard.stderr)
})

test('a job whose file cannot be sent now is kept, sent by the supervisor, and retried with its file', {
  timeout: 120_000,
}, async t => {
  const desk = makeDesk(t, shippedWorkflows)
  writeFileSync(
    join(desk.folder, 'config', 'env'),
    'RELAYQ_SPEECH_COMMAND=["/bin/sh", "-c", "echo heard by hand", "{input}"]\n',
    { mode: 0o600 },
  )
  copyFileSync(recording, join(desk.checkout, 'talk.mp3'))
  const up = await desk.relayq(['up', '--detach', '--runner', 'box=audio'])
  assert.equal(up.code, 0, up.stderr)
  const { apiUrl, token } = hubOf(desk)
  const faults = [{ kind: 'error_before', status: 503, method: 'POST', path: '/repos/*/releases', times: 1 }]
  const told = await fetch(`${apiUrl}/relayq/faults`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${token}` },
    body: JSON.stringify({ faults }),
  })
  assert.equal(told.status, 200)

  const kept = await desk.relayq(['submit', 'transcribe', './talk.mp3', 'formats=txt'])
  assert.equal(kept.code, 0, kept.stderr)
  assert.match(kept.stderr, /its file could not be sent yet: .*503/)
  const id = kept.stdout.trim()
  const ended = await desk.relayq(['wait', id])
  assert.equal(ended.code, 0, ended.stderr)
  assert.match((await desk.relayq(['result', id])).stdout, /heard by hand/)
  assert.deepEqual(await keptFiles(desk), [])

  const held = (
    await desk.relayq(['submit', 'transcribe', './talk.mp3', '--new', '--in', '8h'])
  ).stdout.trim()
  assert.equal((await desk.relayq(['cancel', held])).code, 0)
  const again = await desk.relayq(['retry', held])
  assert.equal(again.code, 0, again.stderr)
  assert.equal((await desk.relayq(['wait', held])).code, 0)
  assert.deepEqual(await keptFiles(desk), [])
})
