import assert from 'node:assert/strict'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { namesInZip } from '../../test/support/zip.ts'
import { startZip } from './streamed-zip.ts'

test('Who reads only when the archive is complete gets all of it', async () => {
  const zip = startZip()
  zip.add(Buffer.from('text'), 'a/b.txt')
  zip.end()
  await once(zip.output, 'finish')
  await turn()
  assert.deepEqual(await namesInZip(await buffer(zip.output)), ['a/b.txt'])
})
