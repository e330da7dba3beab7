import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound } from '../errors.ts'
import { linkPages, pageOf, pageQuery } from '../pagination.ts'
import {
  presentBranch,
  presentCommit,
  presentFullBranch,
  presentGitCommit,
  presentRef,
  presentTag,
} from '../present/git.ts'
import { isFullSha } from '../repository/ref-name.ts'
import type { NamedRef } from '../repository/repository.ts'
import { addressesOf } from './addresses.ts'

const shaMediaType = 'application/vnd.github.sha'

/** Refs, branches, tags and commits, to read. Below `/repos/{owner}/{repo}`. */
export function gitObjectRoutes(hub: HubContext): Hono<HubEnv> {
  const { repository } = hub
  const routes = new Hono<HubEnv>()

  routes.get('/git/ref/:ref{.+}', async c => {
    const refs = await repository.listRefs()
    const found = refs.find(({ ref }) => ref === `refs/${c.req.param('ref')}`)
    return found ? c.json(presentRef(addressesOf(hub, c), found)) : notFound(c)
  })

  routes.get('/git/matching-refs/:ref{.+}', async c => {
    const refs = await repository.listRefs()
    const matching = refs.filter(({ ref }) => ref.startsWith(`refs/${c.req.param('ref')}`))
    return list(hub, c, matching, presentRef)
  })

  routes.get('/branches', async c => {
    const refs = await repository.listRefs()
    return list(
      hub,
      c,
      refs.filter(({ ref }) => ref.startsWith('refs/heads/')),
      presentBranch,
    )
  })

  routes.get('/branches/:branch{.+}', async c => {
    const ref = `refs/heads/${c.req.param('branch')}`
    const branch = await repository.resolve(ref)
    const commit = branch && (await repository.readCommit(branch.sha))
    if (!commit) return apiError(c, 404, 'Branch not found')
    return c.json(presentFullBranch(addressesOf(hub, c), { ref, commit }))
  })

  routes.get('/tags', async c => {
    const refs = await repository.listRefs()
    return list(
      hub,
      c,
      refs.filter(({ ref }) => ref.startsWith('refs/tags/')),
      presentTag,
    )
  })

  routes.get('/git/commits/:sha', async c => {
    const sha = c.req.param('sha')
    const commit = isFullSha(sha) ? await repository.readCommit(sha) : null
    return commit ? c.json(presentGitCommit(addressesOf(hub, c), commit)) : notFound(c)
  })

  routes.get('/commits', async c => {
    const start = c.req.query('sha') || repository.defaultBranch
    const resolved = await repository.resolve(start)
    if (!resolved) return notFound(c)
    const query = pageQuery(c)
    const path = c.req.query('path') ?? ''
    const { items, totalCount } = await repository.listCommits(resolved.sha, { path, page: query })
    linkPages(c, query, totalCount)
    return c.json(items.map(commit => presentCommit(addressesOf(hub, c), commit)))
  })

  routes.get('/commits/:ref{.+}', async c => {
    const ref = c.req.param('ref')
    const resolved = await repository.resolve(ref)
    const commit = resolved && (await repository.readCommit(resolved.sha))
    if (!commit) return apiError(c, 422, `No commit found for SHA: ${ref}`)
    if (c.req.header('Accept')?.includes(shaMediaType)) {
      return c.body(commit.sha, 200, { 'Content-Type': `${shaMediaType}; charset=utf-8` })
    }
    return c.json(presentCommit(addressesOf(hub, c), commit))
  })

  return routes
}

function list<T extends object>(
  hub: HubContext,
  c: Context<HubEnv>,
  refs: readonly NamedRef[],
  present: (addresses: ReturnType<typeof addressesOf>, ref: NamedRef) => T,
): Response {
  const query = pageQuery(c)
  linkPages(c, query, refs.length)
  return c.json(pageOf(refs, query).items.map(ref => present(addressesOf(hub, c), ref)))
}
