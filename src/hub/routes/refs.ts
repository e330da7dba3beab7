import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, refuse } from '../errors.ts'
import { rightsOf } from '../permissions.ts'
import { presentRef } from '../present/git.ts'
import { isFullSha, isWritableRef } from '../repository/ref-name.ts'
import type { NamedRef } from '../repository/repository.ts'
import { readBody } from '../request.ts'
import { optional, shape, text, yesOrNo } from '../untrusted.ts'
import { addressesOf } from './addresses.ts'
import { answerRefusal, writerOf } from './written.ts'

const readCreation = shape({ ref: text(255, 1), sha: text(64) })
const readChange = shape({ sha: text(64), force: optional(yesOrNo, false) })

/** Branches and tags: create, move, delete. Below `/repos/{owner}/{repo}/git/refs`. */
export function refRoutes(hub: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.post('/', async c => {
    const writer = writerOf(hub)
    const { ref, sha } = await readBody(c, readCreation)
    if (!isWritableRef(ref)) return apiError(c, 422, `${ref} is not a valid ref name.`)
    const target = await findTarget(hub, ref, sha)
    if ((await writer.readRef(ref)) !== null) return apiError(c, 422, 'Reference already exists')
    const outcome = await writer.moveRef({ ref, from: null, to: sha }, rightsOf(c.get('identity')))
    if (outcome.kind !== 'moved') return answerRefusal(c, outcome)
    const created = presentRef(addressesOf(hub, c), target)
    return c.json(created, 201, { Location: created.url })
  })

  routes.patch('/:ref{.+}', async c => {
    const writer = writerOf(hub)
    const ref = refOf(c)
    const { sha, force } = await readBody(c, readChange)
    const from = await writer.readRef(ref)
    if (from === null) return apiError(c, 422, 'Reference does not exist')
    const target = await findTarget(hub, ref, sha)
    if (!force && !(await writer.isAncestor(from, sha)))
      return apiError(c, 422, 'Update is not a fast forward')
    const outcome = await writer.moveRef({ ref, from, to: sha }, rightsOf(c.get('identity')))
    return outcome.kind === 'moved'
      ? c.json(presentRef(addressesOf(hub, c), target))
      : answerRefusal(c, outcome)
  })

  routes.delete('/:ref{.+}', async c => {
    const writer = writerOf(hub)
    const ref = refOf(c)
    const from = await writer.readRef(ref)
    if (from === null) return apiError(c, 422, 'Reference does not exist')
    const outcome = await writer.moveRef({ ref, from, to: null }, rightsOf(c.get('identity')))
    return outcome.kind === 'moved' ? c.body(null, 204) : answerRefusal(c, outcome)
  })

  return routes
}

function refOf(c: Context<HubEnv>): string {
  return `refs/${c.req.param('ref')}`
}

/** The ref as it will be. Ends the request with 422 where no commit (or, for a tag, tag object) has that sha. */
async function findTarget({ repository }: HubContext, ref: string, sha: string): Promise<NamedRef> {
  const object = isFullSha(sha) ? await repository.readObject(sha) : null
  const commit = object && (await repository.readCommit(sha))
  const type = object?.type === 'tag' && ref.startsWith('refs/tags/') ? 'tag' : 'commit'
  if (!commit || object.type !== type) return refuse(422, 'Object does not exist')
  return { ref, sha, type, commitSha: commit.sha }
}
