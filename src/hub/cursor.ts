import type { Context } from 'hono'
import type { HubEnv } from './context.ts'
import { refuse } from './errors.ts'

type Direction = 'after' | 'before'

/** The item a page begins behind (or ends before), as a list's `Link` named it; null where none is given. */
export function cursorOf(c: Context<HubEnv>, direction: Direction): string | null {
  const given = c.req.query(direction)
  if (given === undefined) return null
  const item = Buffer.from(given, 'base64url').toString('utf8')
  return encode(item) === given ? item : refuse(422, `Validation Failed: "${direction}" is not a cursor.`)
}

export function linkByCursor(
  c: Context<HubEnv>,
  links: readonly { readonly rel: 'next' | 'prev'; readonly direction: Direction; readonly item: string }[],
): void {
  if (links.length === 0) return
  const written = links.map(({ rel, direction, item }) => {
    const url = new URL(c.req.url)
    url.searchParams.delete('after')
    url.searchParams.delete('before')
    url.searchParams.set(direction, encode(item))
    return `<${url.href}>; rel="${rel}"`
  })
  c.header('Link', written.join(', '))
}

function encode(item: string): string {
  return Buffer.from(item).toString('base64url')
}
