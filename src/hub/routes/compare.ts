import { Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound } from '../errors.ts'
import { linkPages, pageQuery } from '../pagination.ts'
import { presentComparison } from '../present/comparison.ts'
import { addressesOf } from './addresses.ts'

/** What one commit has that another has not. Below `/repos/{owner}/{repo}`. */
export function compareRoutes(hub: HubContext): Hono<HubEnv> {
  const { repository } = hub
  const routes = new Hono<HubEnv>()

  routes.get('/compare/:basehead{.+}', async c => {
    const [, from = '', to = ''] = /^(.+?)\.\.\.(.+)$/.exec(c.req.param('basehead')) ?? []
    const [start, end] = await Promise.all([repository.resolve(from), repository.resolve(to)])
    const base = start && (await repository.readCommit(start.sha))
    if (!base || !end) return notFound(c)
    const isPaged = c.req.query('page') !== undefined || c.req.query('per_page') !== undefined
    const page = isPaged ? pageQuery(c) : null
    const comparison = await repository.compareCommits(base.sha, end.sha, page)
    const mergeBase = comparison && (await repository.readCommit(comparison.mergeBase))
    if (!mergeBase) return apiError(c, 404, `No common ancestor between ${from} and ${to}.`)
    if (page) linkPages(c, page, comparison.aheadBy)
    const compared = { names: [from, to], base, mergeBase, headSha: end.sha, comparison } as const
    return c.json(presentComparison(addressesOf(hub, c), compared))
  })

  return routes
}
