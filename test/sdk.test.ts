import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { RelayQ } from '../src/compose.ts'
import { temporaryFolder } from './support/git-repository.ts'
import { serveOnLoopback } from './support/loopback-server.ts'
import { startTestHub, testToken } from './support/running-hub.ts'

async function openAt(t: TestContext, apiUrl: string, folder: string): Promise<RelayQ> {
  const env = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder, XDG_CACHE_HOME: folder }
  const settings = { RELAYQ_API_URL: apiUrl, GH_REPO: 'octo/queue' }
  const relayq = await RelayQ.open({ env: { ...env, GH_TOKEN: testToken }, cwd: folder, settings })
  t.after(() => relayq.close())
  return relayq
}

/** How long a request may outlive its RelayQ, in ms; by itself it waits 30 s for an answer, three times. */
const atOnceMs = 5_000

test('Closed, RelayQ lets no request go on that nobody waits for', { timeout: 20_000 }, async t => {
  const arrived = Promise.withResolvers<void>()
  const silent = await serveOnLoopback(t, () => arrived.resolve())
  const relayq = await openAt(t, silent, temporaryFolder(t))
  const broker = await relayq.broker()
  const ended = broker.listRunners().then(
    () => 'answered',
    () => 'given up',
  )
  await arrived.promise
  await relayq.close()
  const late = AbortSignal.timeout(atOnceMs)
  assert.equal(await Promise.race([ended, once(late, 'abort').then(() => 'goes on')]), 'given up')
})

test('A file of a request is looked for in the folder that RelayQ was opened in', async t => {
  const workflow = 'on: {workflow_dispatch: {inputs: {file: {}, runs_on: {}, relayq_id: {}}}}\njobs: {}\n'
  const { hub } = await startTestHub(t, { '.github/workflows/transcribe_audio.yml': workflow })
  const folder = temporaryFolder(t)
  mkdirSync(join(folder, 'in'))
  writeFileSync(join(folder, 'in', 'a talk.mp3'), 'not silence')
  const relayq = await openAt(t, hub.apiUrl, folder)
  const queue = await relayq.queue()
  const asked = { kind: 'transcribe', inputs: { file: './in/a talk.mp3' }, dryRun: true }
  assert.equal((await queue.submit(asked)).kind, 'dry_run')
})
