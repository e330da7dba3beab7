import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { maskStream } from './mask-stream.ts'

test('a secret is masked and a mark dropped wherever the chunks are cut', async () => {
  const log = Buffer.from('\ufeffä s3cret-token\n\ufeffs3cret-toke ö s3cret-tokens3cret-token\n')
  for (let size = 1; size <= log.length; size += 1) {
    const chunks = Array.from({ length: Math.ceil(log.length / size) }, (_, n) =>
      log.subarray(n * size, (n + 1) * size),
    )
    const masked = Readable.from(chunks).pipe(maskStream(['s3cret-token']))
    assert.equal(await text(masked), 'ä ***\ns3cret-toke ö ******\n')
  }
})

test('a log without secrets goes through as it is', async () => {
  assert.equal(await text(Readable.from([Buffer.from('a\nb')]).pipe(maskStream([]))), 'a\nb')
})
