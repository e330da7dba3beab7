import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { archiveResult } from './result-archive.ts'

test('a result goes as one zip, unless it is larger than what Redis should hold', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-archive-'))
  t.after(() => rm(folder, { recursive: true }))
  assert.deepEqual(await archiveResult(join(folder, 'none')), { kind: 'none' })
  await writeFile(join(folder, 'result.json'), '{}')
  const small = await archiveResult(folder)
  assert.equal(small.kind === 'ready' && small.zip.toString('latin1', 0, 2), 'PK')
  await writeFile(join(folder, 'film.mp4'), randomBytes(65 * 1024 ** 2))
  const large = await archiveResult(folder)
  assert.match(large.kind === 'too_large' ? large.message : '', /more than 64 MB/)
})
