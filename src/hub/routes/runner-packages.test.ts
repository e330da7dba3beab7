import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../../test/support/git-repository.ts'
import { startTestHub } from '../../../test/support/running-hub.ts'

interface Offered {
  readonly os: string
  readonly architecture: string
  readonly filename: string
  readonly download_url: string
  readonly sha256_checksum?: string
}

test('Packages in the hub’s folder are offered, the newest of each kind, and can be fetched in parts', async t => {
  const stateDir = temporaryFolder(t)
  const folder = join(stateDir, 'runner-packages')
  mkdirSync(folder)
  const put = (name: string) => writeFileSync(join(folder, name), `content of ${name}`)
  const newest = 'actions-runner-linux-arm64-2.340.0.tar.gz'
  for (const version of ['2.99.0', '2.340.0', '2.339.9']) put(`actions-runner-linux-arm64-${version}.tar.gz`)
  for (const other of [
    'notes.txt',
    'actions-runner-linux-arm64-3.tar.gz',
    'actions-runner-plan9-x64-9.9.9.tar.gz',
  ])
    put(other)
  const hub = await startTestHub(t, undefined, { stateDir })
  const offered = (await hub.json('/actions/runners/downloads')).body as Offered[]
  const own = offered.find(({ os, architecture }) => os === 'linux' && architecture === 'arm64')
  assert.equal(own?.filename, newest)
  const text = `content of ${newest}`
  assert.equal(own?.sha256_checksum, createHash('sha256').update(text).digest('hex'))
  assert.equal(offered.length, 6, 'the others are still GitHub’s')
  const url = own?.download_url ?? ''
  const whole = await fetch(url)
  assert.equal(await whole.text(), text)
  const tag = whole.headers.get('etag') ?? ''
  const rest = await fetch(url, { headers: { Range: 'bytes=11-', 'If-Range': tag } })
  assert.deepEqual([rest.status, await rest.text()], [206, newest])
  const other = await fetch(url, { headers: { Range: 'bytes=11-', 'If-Range': '"other"' } })
  assert.equal(other.status, 200)
  await other.text()
  assert.equal((await fetch(url, { headers: { Range: 'bytes=999-' } })).status, 416)
  for (const path of [url.replace(/signature=.*/, 'signature=x'), url.replace(newest, '..%2Fsecret')]) {
    assert.equal((await fetch(path)).status, 403)
  }
})
