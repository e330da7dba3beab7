import type { Context } from 'hono'
import type { HubEnv } from './context.ts'
import type { Page, PageQuery } from './store/records.ts'

/** How many items a page has unless the client asks for another number, and the most it may ask for. */
const usual = { perPage: 30, most: 100 }

/** `page` and `per_page` as GitHub reads them: anything unreadable is the default. */
export function pageQuery(c: Context<HubEnv>, limits = usual): PageQuery {
  const page = positive(c.req.query('page')) ?? 1
  const perPage = Math.min(positive(c.req.query('per_page')) ?? limits.perPage, limits.most)
  return { page, perPage }
}

function positive(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return null
  return Number(text) || null
}

/** One page of a list that is at hand as a whole. */
export function pageOf<T>(items: readonly T[], { page, perPage }: PageQuery): Page<T> {
  return { totalCount: items.length, items: items.slice((page - 1) * perPage, page * perPage) }
}

/** Every item of a list that is read a page at a time. */
export function allItems<T>(read: (query: PageQuery) => Page<T>): readonly T[] {
  const found: T[] = []
  for (let page = 1; ; page += 1) {
    const { items, totalCount } = read({ page, perPage: 100 })
    found.push(...items)
    if (items.length === 0 || found.length >= totalCount) return found
  }
}

/** Sets the `Link` header that clients page by; the URL is the request's own, so it works however they came. */
export function linkPages(c: Context<HubEnv>, query: PageQuery, totalCount: number): void {
  const last = Math.max(1, Math.ceil(totalCount / query.perPage))
  const relations = [
    ...(query.page > 1 ? [['prev', Math.min(query.page - 1, last)] as const] : []),
    ...(query.page < last ? [['next', query.page + 1] as const, ['last', last] as const] : []),
    ...(query.page > 1 ? [['first', 1] as const] : []),
  ]
  if (relations.length === 0) return
  c.header('Link', relations.map(([rel, page]) => `<${withPage(c.req.url, page)}>; rel="${rel}"`).join(', '))
}

function withPage(address: string, page: number): string {
  const url = new URL(address)
  url.searchParams.set('page', String(page))
  return url.href
}
