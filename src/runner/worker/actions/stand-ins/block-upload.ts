import { createHash } from 'node:crypto'
import { RelayError } from '../../../../base/errors.ts'
import { readBody } from '../../../../base/http.ts'
import { type Transfer, withoutQuery } from './transfer.ts'

export interface UploadedBlob {
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

const defaultBlockBytes = 8 * 1024 * 1024

/**
 * Uploads a stream to a signed URL as Azure's blob service takes it (docs/protocol.md, "Blobs"): blocks, then their
 * list. One block is held in memory, and only a block is repeated when a request fails.
 */
export async function uploadBlocks(
  transfer: Transfer,
  signedUrl: string,
  source: AsyncIterable<Buffer>,
  options: { readonly contentType: string; readonly blockBytes?: number },
): Promise<UploadedBlob> {
  const hash = createHash('sha256')
  const blocks: string[] = []
  let bytes = 0
  for await (const block of inBlocks(source, options.blockBytes ?? defaultBlockBytes)) {
    hash.update(block)
    bytes += block.length
    const id = Buffer.from(`block-${String(blocks.length).padStart(8, '0')}`).toString('base64')
    await put(transfer, `${signedUrl}&comp=block&blockid=${encodeURIComponent(id)}`, block, {
      'content-type': 'application/octet-stream',
    })
    blocks.push(id)
  }
  const list = blocks.map(id => `<Latest>${id}</Latest>`).join('')
  const xml = `<?xml version="1.0" encoding="utf-8"?><BlockList>${list}</BlockList>`
  await put(transfer, `${signedUrl}&comp=blocklist`, Buffer.from(xml), {
    'content-type': 'application/xml',
    'x-ms-blob-content-type': options.contentType,
  })
  return { bytes, sha256: hash.digest('hex') }
}

async function put(
  transfer: Transfer,
  url: string,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  await transfer.send({ url, method: 'PUT', headers, body }, async answer => {
    await readBody(answer, 1024 * 1024)
    if (answer.status >= 200 && answer.status < 300) return
    throw new RelayError(
      'broker_rejected',
      `The upload to ${withoutQuery(url)} was refused with ${answer.status}`,
    )
  })
}

async function* inBlocks(source: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of source) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes < size) continue
    let rest = Buffer.concat(chunks)
    for (; rest.length >= size; rest = rest.subarray(size)) yield rest.subarray(0, size)
    chunks = [rest]
    bytes = rest.length
  }
  if (bytes > 0) yield Buffer.concat(chunks)
}
