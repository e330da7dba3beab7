import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { JobResult } from '../model/result.ts'
import { makeFolders, publish, removeWork } from './result-folder.ts'

/** A job that has worked on a recording, and ended so. */
async function place(t: TestContext, status: JobResult['status']) {
  const temp = await mkdtemp(join(tmpdir(), 'relayq-folders-'))
  t.after(() => rm(temp, { recursive: true }))
  const folders = await makeFolders(temp)
  await writeFile(join(folders.work, 'audio.wav'), 'much of the disk')
  await writeFile(join(folders.staging, 'transcript.txt'), 'hello')
  return { temp, folders, result: { schema: 'relayq.result/1', kind: 'transcribe', status } as JobResult }
}

test('the result of a failed job has the room its work took: the disk may be full of that', async t => {
  const { folders, result } = await place(t, 'failed')
  // As a full disk has it: nothing is written while the recording is there.
  const written = {
    ...result,
    toJSON: () => ({ ...result, room: !existsSync(join(folders.work, 'audio.wav')) }),
  }
  await publish(folders, written)
  assert.deepEqual(await readdir(folders.published), ['result.json'])
  const published = JSON.parse(await readFile(join(folders.published, 'result.json'), 'utf8'))
  assert.equal(published.room, true)
})

test('the result of a failed job does not depend on whether its work can be removed', async t => {
  const { temp, folders, result } = await place(t, 'failed')
  await writeFile(join(temp, 'file'), '')
  await publish({ ...folders, work: join(temp, 'file', 'work') }, result)
  assert.deepEqual(await readdir(folders.published), ['result.json'])
})

test('a result is published whole, and nothing else is left', async t => {
  const { temp, folders, result } = await place(t, 'succeeded')
  await publish(folders, result)
  await removeWork(folders)
  assert.deepEqual((await readdir(folders.published)).sort(), ['result.json', 'transcript.txt'])
  assert.deepEqual(await readdir(temp), ['relayq-result'])
})
