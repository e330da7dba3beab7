import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { type Context, Hono } from 'hono'
import type { Millis } from '../../base/clock.ts'
import { BodyTooLarge, bodyStream, isHangUp } from '../request-body.ts'
import type { Signer } from '../signing.ts'
import { type BlobKind, type BlobRow, findBlob, setCommitted } from '../store/blobs.ts'
import type { Database } from '../store/database.ts'
import type { BlobStore } from './blobs.ts'
import { readByteRange } from './byte-range.ts'
import { checkGrant } from './signed-urls.ts'

const mebi = 1024 * 1024

/** Bytes. GitHub's own limits where it names them (a summary 1 MiB, a cache entry 10 GiB, a release's file under 2 GiB), else what no honest job needs. */
export const largestBlob: Readonly<Record<BlobKind, number>> = {
  step_log: 1024 * mebi,
  job_log: 1024 * mebi,
  step_summary: mebi,
  artifact: 10_240 * mebi,
  cache: 10_240 * mebi,
  release_asset: 2048 * mebi - 1,
}

/** 50,000 blocks, Azure's limit, with ids as long as they may be. */
const largestBlockList = 8 * mebi

export interface BlobRouteParts {
  readonly db: Database
  readonly blobs: BlobStore
  readonly signer: Signer
  readonly now: () => Millis
  /** A blob of this job was written: its runner is alive. */
  readonly written: (jobId: number) => void
}

/** The part of Azure's blob protocol that runners and actions speak (docs/protocol.md, "Blobs"). */
export function blobRoutes(parts: BlobRouteParts): Hono {
  const app = new Hono()
  app.all('/_blobs/:id', async context => {
    const query = new URL(context.req.url).searchParams
    const request = { blobId: context.req.param('id'), method: context.req.method, query }
    const grant = checkGrant(parts.signer, request, parts.now())
    if (!grant) return refusal(context, 403, 'AuthenticationFailed')
    const blob = findBlob(parts.db, grant.blobId)
    if (!blob) return refusal(context, 404, 'BlobNotFound')
    return grant.method === 'GET'
      ? download(context, parts, grant)
      : await upload(context, parts, blob, query)
  })
  return app
}

async function download(
  context: Context,
  { blobs }: BlobRouteParts,
  grant: { readonly blobId: string; readonly contentType: string; readonly fileName: string },
): Promise<Response> {
  const stored = await blobs.files.describe(grant.blobId)
  if (!stored) return refusal(context, 404, 'BlobNotFound')
  const { size, tag } = stored
  const range = readByteRange(askedRange(context, tag), size)
  if (range.kind === 'unsatisfiable') {
    context.header('content-range', `bytes */${size}`)
    return refusal(context, 416, 'InvalidRange')
  }
  const part = range.kind === 'part' ? range : null
  const bytes = blobs.files.read(grant.blobId, part ? { start: part.start, end: part.end } : {})
  return new Response(Readable.toWeb(bytes) as ReadableStream<Uint8Array>, {
    status: part ? 206 : 200,
    headers: {
      'content-type': grant.contentType,
      'content-length': String(part ? part.end - part.start + 1 : size),
      ...(part ? { 'content-range': `bytes ${part.start}-${part.end}/${size}` } : {}),
      'accept-ranges': 'bytes',
      etag: tag,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(grant.fileName)}`,
      'x-content-type-options': 'nosniff',
    },
  })
}

/** A part is of no use to who holds parts of other bytes: they get the whole (RFC 9110 §13.1.5). */
function askedRange(context: Context, tag: string): string | undefined {
  const condition = context.req.header('If-Range')
  return condition === undefined || condition === tag ? context.req.header('Range') : undefined
}

async function upload(
  context: Context,
  parts: BlobRouteParts,
  blob: BlobRow,
  query: URLSearchParams,
): Promise<Response> {
  const writer = parts.blobs.writer(blob)
  if (!writer) return refusal(context, 404, 'BlobNotFound')
  try {
    const response = await write(context, parts, blob, query)
    parts.written(writer.id)
    return response
  } catch (error) {
    if (error instanceof BodyTooLarge) return refusal(context, 413, 'RequestBodyTooLarge')
    if (isHangUp(error)) return refusal(context, 400, 'IncompleteBody')
    throw error
  }
}

async function write(
  context: Context,
  parts: BlobRouteParts,
  blob: BlobRow,
  query: URLSearchParams,
): Promise<Response> {
  const { files } = parts.blobs
  const limit = largestBlob[blob.kind]
  switch (query.get('comp')) {
    case null:
      await files.put(blob.id, bodyStream(context.req.raw), limit)
      return context.body(null, 201)
    case 'appendblock': {
      const position = context.req.header('x-ms-blob-condition-appendpos')
      const expectedSize = position === undefined ? null : Number(position)
      const outcome = await files.append(blob.id, bodyStream(context.req.raw), { limit, expectedSize })
      return outcome === 'appended'
        ? context.body(null, 201)
        : refusal(context, 412, 'AppendPositionConditionNotMet')
    }
    case 'block': {
      const blockId = query.get('blockid') ?? ''
      if (blockId === '') return refusal(context, 400, 'InvalidQueryParameterValue')
      await files.stageBlock(blob.id, blockId, bodyStream(context.req.raw), limit)
      return context.body(null, 201)
    }
    case 'blocklist':
      return commit(context, parts, blob)
    default:
      return refusal(context, 400, 'InvalidQueryParameterValue')
  }
}

async function commit(context: Context, { db, blobs }: BlobRouteParts, blob: BlobRow): Promise<Response> {
  const xml = await textOf(bodyStream(context.req.raw), largestBlockList)
  const blockIds = [...xml.matchAll(/<(Latest|Uncommitted|Committed)>([^<]*)<\/\1>/g)].map(
    ([, , id = '']) => id,
  )
  const list = createHash('sha256').update(JSON.stringify(blockIds)).digest('hex')
  // A repeated request finds its blocks assembled already.
  if (blob.committed === list) return context.body(null, 201)
  if (!(await blobs.files.commitBlocks(blob.id, blockIds))) return refusal(context, 400, 'InvalidBlockList')
  setCommitted(db, blob.id, list)
  return context.body(null, 201)
}

async function textOf(body: Readable, limit: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw new BodyTooLarge(`more than ${limit} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Azure names the error in a header; its clients read nothing else. */
function refusal(context: Context, status: 400 | 403 | 404 | 412 | 413 | 416, code: string): Response {
  return context.json({ code }, status, { 'x-ms-error-code': code })
}
