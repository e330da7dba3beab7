import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import type { Context } from 'hono'
import { systemErrorCode } from '../base/errors.ts'

/** The request's bytes as they arrive; none of them are kept. */
export function bodyStream(context: Context): Readable {
  const { body } = context.req.raw
  return body ? Readable.fromWeb(body as NodeReadableStream) : Readable.from([])
}

const hangUps = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'])

/** The sender went away before the body's end: nobody reads the answer. */
export function isHangUp(error: unknown): boolean {
  return hangUps.has(systemErrorCode(error) ?? '')
}
