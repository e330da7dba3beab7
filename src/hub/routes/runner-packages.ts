import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { notFound } from '../errors.ts'
import { requireSignature } from '../links.ts'
import { readByteRange } from '../results/byte-range.ts'

/** Where signed links to packages lead; mounted at `/`, without a token. */
export const runnerPackagePath = '/-/runner-packages'

/** The packages of actions/runner that this hub has itself. A download that broke off can be taken up. */
export function runnerPackageRoutes({ runnerPackages, links, clock }: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()
  routes.use(`${runnerPackagePath}/*`, requireSignature(links, clock))

  routes.get(`${runnerPackagePath}/:filename`, async c => {
    const found = (await runnerPackages.list()).find(({ filename }) => filename === c.req.param('filename'))
    if (!found) return notFound(c)
    const tag = `"${found.sha256}"`
    const condition = c.req.header('If-Range')
    const asked = condition === undefined || condition === tag ? c.req.header('Range') : undefined
    const range = readByteRange(asked, found.bytes)
    if (range.kind === 'unsatisfiable') {
      return c.body(null, 416, { 'Content-Range': `bytes */${found.bytes}` })
    }
    const part = range.kind === 'part' ? range : null
    const bytes = createReadStream(found.path, part ? { start: part.start, end: part.end } : {})
    return c.body(Readable.toWeb(bytes) as ReadableStream<Uint8Array>, part ? 206 : 200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(part ? part.end - part.start + 1 : found.bytes),
      ...(part ? { 'Content-Range': `bytes ${part.start}-${part.end}/${found.bytes}` } : {}),
      'Accept-Ranges': 'bytes',
      ETag: tag,
    })
  })

  return routes
}
