import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { notFound, refuse, refuseFields } from '../errors.ts'
import { linkPages, pageQuery } from '../pagination.ts'
import { isAllowed } from '../permissions.ts'
import { presentRelease } from '../present/release.ts'
import { idParameter, readJsonObject } from '../request.ts'
import type { ReleaseRecord } from '../store/releases.ts'
import { addressesOf } from './addresses.ts'
import { contentOf, readRelease } from './release-request.ts'

/** Releases: list, get, create, change, delete. Below `/repos/{owner}/{repo}`. */
export function releaseRoutes(hub: HubContext): Hono<HubEnv> {
  const { repository, clock } = hub
  const { releases, releaseAssets } = hub.engine
  const routes = new Hono<HubEnv>()

  routes.get('/releases', c => {
    const query = pageQuery(c)
    const { items, totalCount } = releases.list({ drafts: mayPush(c) }, query)
    linkPages(c, query, totalCount)
    return c.json(items.map(release => present(hub, c, release)))
  })

  routes.post('/releases', async c => {
    const body = await readJsonObject(c)
    if (body['tag_name'] === undefined) refuse(422, 'Invalid request.\n\n"tag_name" wasn\'t supplied.')
    const request = readRelease(body, { ...blank, targetCommitish: repository.defaultBranch })
    const content = await contentOf(repository, request, null, clock())
    const outcome = releases.create(content, request.makeLatest ?? 'true')
    if (outcome.kind === 'tag_taken') return tagTaken()
    const presented = present(hub, c, outcome.release)
    return c.json(presented, 201, { Location: presented.url })
  })

  routes.get('/releases/latest', c => answer(hub, c, releases.latest()))

  routes.get('/releases/tags/:tag{.+}', c => answer(hub, c, releases.findPublished(c.req.param('tag'))))

  routes.get('/releases/:release', c => answer(hub, c, visibleRelease(hub, c)))

  routes.patch('/releases/:release', async c => {
    const known = visibleRelease(hub, c)
    if (!known) return notFound(c)
    const request = readRelease(await readJsonObject(c), known)
    const content = await contentOf(repository, request, known, clock())
    const outcome = releases.update(known.id, content, request.makeLatest)
    if (outcome.kind === 'not_found') return notFound(c)
    return outcome.kind === 'saved' ? answer(hub, c, outcome.release) : tagTaken()
  })

  routes.delete('/releases/:release', c => {
    const release = visibleRelease(hub, c)
    if (!release) return notFound(c)
    releaseAssets.removeRelease(release.id)
    return c.body(null, 204)
  })

  return routes
}

const blank = { tagName: '', name: null, body: null, draft: false, prerelease: false } as const

/** Drafts are for those who may write. */
export function mayPush(c: Context<HubEnv>): boolean {
  return isAllowed(c.get('identity'), 'POST', '/releases')
}

/** The release a path names, as far as this client may know of it. */
export function visibleRelease(hub: HubContext, c: Context<HubEnv>): ReleaseRecord | null {
  const release = hub.engine.releases.find(idParameter(c, 'release') ?? 0)
  return release?.draft && !mayPush(c) ? null : release
}

function answer(hub: HubContext, c: Context<HubEnv>, release: ReleaseRecord | null): Response {
  return release ? c.json(present(hub, c, release)) : notFound(c)
}

function present(hub: HubContext, c: Context<HubEnv>, release: ReleaseRecord) {
  return presentRelease(addressesOf(hub, c), release, hub.engine.releaseAssets.of(release.id))
}

function tagTaken(): never {
  return refuseFields({ resource: 'Release', code: 'already_exists', field: 'tag_name' })
}
