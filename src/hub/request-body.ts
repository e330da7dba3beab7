import { Readable, Transform } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { systemErrorCode } from '../base/errors.ts'

/** The request's bytes as they arrive; none of them are kept. */
export function bodyStream({ body }: Request): Readable {
  return body ? Readable.fromWeb(body as NodeReadableStream) : Readable.from([])
}

/** More was sent than is taken. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

/** Ends with BodyTooLarge after `limit` bytes. */
export function limitBytes(limit: number): Transform {
  let received = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length
      if (received > limit) done(new BodyTooLarge(`more than ${limit} bytes`))
      else done(null, chunk)
    },
  })
}

const hangUps = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'])

/** The sender went away before the body's end: nobody reads the answer. */
export function isHangUp(error: unknown): boolean {
  return hangUps.has(systemErrorCode(error) ?? '')
}
