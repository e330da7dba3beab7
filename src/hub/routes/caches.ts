import type { components } from '@octokit/openapi-types'
import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound } from '../errors.ts'
import { allItems, linkPages, pageQuery } from '../pagination.ts'
import { idParameter } from '../request.ts'
import { type CacheFilter, type CacheRecord, sortColumns } from '../store/caches.ts'

type CacheList = components['schemas']['actions-cache-list']

/** Caches: list, usage, delete by id or by key. Below `/actions`. */
export function cacheRoutes({ engine, repository }: HubContext): Hono<HubEnv> {
  const { caches } = engine
  const routes = new Hono<HubEnv>()

  routes.get('/cache/usage', c => {
    const { count, sizeBytes } = caches.usage()
    const full_name = `${repository.owner}/${repository.name}`
    return c.json({ full_name, active_caches_size_in_bytes: sizeBytes, active_caches_count: count })
  })

  routes.get('/caches', c => {
    const query = pageQuery(c)
    const page = caches.list(readFilter(c), query)
    linkPages(c, query, page.totalCount)
    return c.json(presentCaches(page.totalCount, page.items))
  })

  /** As on GitHub `key` is a whole key, in every ref and version unless one is named. */
  routes.delete('/caches', c => {
    const key = c.req.query('key')
    if (!key) return apiError(c, 422, 'Invalid request.\n\n"key" is needed.')
    const like = allItems(page => caches.list({ ...readFilter(c), prefix: key }, page))
    const found = like.filter(entry => entry.key === key)
    if (found.length === 0) return notFound(c)
    for (const entry of found) caches.remove(entry)
    return c.json(presentCaches(found.length, found))
  })

  routes.delete('/caches/:cache', c => {
    const entry = caches.find(idParameter(c, 'cache') ?? 0)
    if (!entry) return notFound(c)
    caches.remove(entry)
    return c.body(null, 204)
  })

  return routes
}

function readFilter(c: Context<HubEnv>): CacheFilter {
  const { key: prefix, ref, sort, direction } = c.req.query()
  return {
    ...(prefix === undefined ? {} : { prefix }),
    ...(ref === undefined ? {} : { ref }),
    sort: isSort(sort) ? sort : 'last_accessed_at',
    descending: direction !== 'asc',
  }
}

function isSort(text: string | undefined): text is CacheFilter['sort'] {
  return text !== undefined && Object.hasOwn(sortColumns, text)
}

function presentCaches(totalCount: number, entries: readonly CacheRecord[]): CacheList {
  return {
    total_count: totalCount,
    actions_caches: entries.map(entry => ({
      id: entry.id,
      ref: entry.ref,
      key: entry.key,
      version: entry.version,
      last_accessed_at: entry.usedAt,
      created_at: entry.createdAt,
      size_in_bytes: entry.sizeBytes,
    })),
  }
}
