import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../test/support/git-repository.ts'
import { serveOnLoopback } from '../../test/support/loopback-server.ts'
import { GitHubClient } from './client.ts'
import { downloadText, downloadTo } from './download.ts'

function clientOf(t: TestContext): GitHubClient {
  const client = new GitHubClient({ apiUrl: 'http://127.0.0.1:1', token: 't', owner: 'o', repo: 'r' })
  t.after(() => client.close())
  return client
}

test('a storage that breaks off before it answers may be there the next time, and nothing is written', async t => {
  const origin = await serveOnLoopback(t, request => request.socket.destroy())
  const path = join(temporaryFolder(t), 'result.zip')
  await assert.rejects(downloadTo(clientOf(t), `${origin}/x`, path), { code: 'broker_unreachable' })
  assert.ok(!existsSync(path))
  await assert.rejects(downloadText(clientOf(t), 'http://127.0.0.1:1/x', 1_000), {
    code: 'broker_unreachable',
  })
})
