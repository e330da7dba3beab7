import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { RelayQ } from '../src/compose.ts'
import { temporaryFolder } from './support/git-repository.ts'
import { serveOnLoopback } from './support/loopback-server.ts'
import { testToken } from './support/running-hub.ts'

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
