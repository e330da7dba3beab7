import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { StreamedBody } from './http.ts'
import { randomId } from './id.ts'

export interface MultipartFile {
  readonly path: string
  /** The name of the form's field. */
  readonly field: string
  /** What the receiver is told; neither it nor the field may hold quotes or line ends. */
  readonly fileName: string
  readonly contentType: string
}

export interface MultipartBody extends StreamedBody {
  readonly contentType: string
}

/** A multipart/form-data body (RFC 7578) of some fields and one file, which is read from disk while it is sent. */
export async function multipart(
  fields: readonly (readonly [name: string, value: string])[],
  file: MultipartFile,
): Promise<MultipartBody> {
  const boundary = `relayq-${randomId(24)}`
  const parts = fields.map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const head = Buffer.from(
    `${parts.join('')}--${boundary}\r\nContent-Disposition: form-data; name="${file.field}"; ` +
      `filename="${file.fileName}"\r\nContent-Type: ${file.contentType}\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  const { size } = await stat(file.path)
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    length: head.length + size + tail.length,
    open: async function* () {
      yield head
      yield* createReadStream(file.path) as AsyncIterable<Buffer>
      yield tail
    },
  }
}
