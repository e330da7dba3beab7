import { createHash } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { HubEnv } from './context.ts'

/**
 * Gives JSON answers an ETag, and 304 without a body to who has that answer already. GitHub does not count a 304
 * against the rate limit (docs/protocol.md, "Conditional requests").
 */
export function answerConditionally(): MiddlewareHandler<HubEnv> {
  return async (c, next) => {
    await next()
    if (c.req.method !== 'GET' || c.res.status !== 200) return
    if (!c.res.headers.get('Content-Type')?.startsWith('application/json')) return
    const body = await c.res.arrayBuffer()
    const tag = `"${createHash('sha256').update(new Uint8Array(body)).digest('hex')}"`
    const known = holds(c.req.header('If-None-Match'), tag)
    const { headers } = c.res
    headers.set('ETag', `W/${tag}`)
    headers.set('Vary', 'Accept, Authorization')
    if (known) headers.delete('Content-Type')
    c.res = new Response(known ? null : body, { status: known ? 304 : 200, headers })
  }
}

/** `If-None-Match` compares weakly (RFC 9110 §13.1.2). */
function holds(header: string | undefined, tag: string): boolean {
  const tags = (header ?? '').split(',').map(text => text.trim().replace(/^W\//, ''))
  return tags.includes(tag) || tags.includes('*')
}
