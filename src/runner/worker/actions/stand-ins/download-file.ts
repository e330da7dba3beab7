import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { RelayError } from '../../../../base/errors.ts'
import type { HttpAnswer } from '../../../../base/http.ts'
import { PassingFailure, type Transfer, withoutQuery } from './transfer.ts'

export interface DownloadedFile {
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
  readonly contentType: string
  readonly contentDisposition: string
}

interface DownloadRequest {
  readonly url: string
  /** Sent to the first address only: a redirect goes to a signed URL of another service. */
  readonly headers?: Readonly<Record<string, string>>
  readonly file: string
}

const maxRedirects = 5

/** Downloads to `file`, following redirects; whole, or with an error. A broken transfer starts again from the beginning. */
export async function downloadFile(transfer: Transfer, request: DownloadRequest): Promise<DownloadedFile> {
  let { url } = request
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const sameOrigin = new URL(url).origin === new URL(request.url).origin
    const headers = sameOrigin ? (request.headers ?? {}) : {}
    const step = await transfer.send({ url, headers }, async answer => {
      const location = answer.headers.get('location')
      if (answer.status >= 300 && answer.status < 400 && location !== undefined) {
        answer.body.resume()
        return new URL(location, url).href
      }
      if (answer.status !== 200) {
        answer.body.resume()
        throw new RelayError('broker_rejected', `${withoutQuery(url)} answered ${answer.status}`)
      }
      return await save(answer, request.file)
    })
    if (typeof step !== 'string') return step
    url = step
  }
  throw new RelayError(
    'broker_rejected',
    `${withoutQuery(request.url)} redirects more than ${maxRedirects} times`,
  )
}

async function save(answer: HttpAnswer, file: string): Promise<DownloadedFile> {
  const hash = createHash('sha256')
  let bytes = 0
  await pipeline(
    answer.body,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk)
        bytes += chunk.length
        yield chunk
      }
    },
    createWriteStream(file),
  )
  const announced = answer.headers.get('content-length')
  if (announced !== undefined && Number(announced) !== bytes) {
    throw new PassingFailure(`${bytes} of ${announced} bytes arrived`)
  }
  return {
    bytes,
    sha256: hash.digest('hex'),
    contentType: answer.headers.get('content-type') ?? '',
    contentDisposition: answer.headers.get('content-disposition') ?? '',
  }
}
