import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound, refuse } from '../errors.ts'
import { rightsOf } from '../permissions.ts'
import { presentFileCommit } from '../present/file-commit.ts'
import { formatCommit } from '../repository/git-objects.ts'
import type { Signature } from '../repository/repository.ts'
import type { TreeEdit } from '../repository/repository-writer.ts'
import { isWritablePath } from '../repository/tree-path.ts'
import { readBody, readJsonObject, readMembers } from '../request.ts'
import { base64, optional, shape, text } from '../untrusted.ts'
import { addressesOf } from './addresses.ts'
import { readMessage, readSignature, signatureOf } from './signature.ts'
import { answerRefusal, writerOf } from './written.ts'

interface Change {
  readonly message: string
  /** Of the blob it replaces. */
  readonly sha: string | null
  readonly branch: string | null
  readonly author: Signature | null
  readonly committer: Signature | null
}

const change = {
  message: readMessage,
  sha: optional(text(64), null),
  branch: optional(text(255, 1), null),
  author: optional(readSignature, null),
  committer: optional(readSignature, null),
}
const readPut = shape<Change & { readonly content: Buffer }>({ ...change, content: base64 })
const readDelete = shape<Change>(change)

/** Files, each change a commit of its own: create, update, delete. Below `/repos/{owner}/{repo}/contents`. */
export function contentRoutes(hub: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.put('/:path{.+}', async c => {
    const writer = writerOf(hub)
    const { content, ...asked } = await readBody(c, readPut)
    const path = pathOf(c)
    const place = await findPlace(hub, path, asked)
    if (place.blob !== null && asked.sha === null)
      return apiError(c, 422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if (place.blob !== asked.sha) return apiError(c, 409, `${path} does not match ${asked.sha}`)
    const sha = await writer.writeObject('blob', content)
    return await commit(hub, c, { ...asked, ...place, edit: { path, mode: null, sha } })
  })

  routes.delete('/:path{.+}', async c => {
    writerOf(hub)
    // Octokit sends what it asks in the query, gh and others in the body.
    const asked = readMembers({ ...c.req.query(), ...(await readJsonObject(c)) }, readDelete)
    const path = pathOf(c)
    const place = await findPlace(hub, path, asked)
    if (place.blob === null) return notFound(c)
    if (asked.sha === null) return apiError(c, 422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if (place.blob !== asked.sha) return apiError(c, 409, `${path} does not match ${asked.sha}`)
    return await commit(hub, c, { ...asked, ...place, edit: { path, mode: null, sha: null } })
  })

  return routes
}

function pathOf(c: Context<HubEnv>): string {
  const path = (c.req.param('path') ?? '').replace(/^\/+|\/+$/g, '')
  return isWritablePath(path) ? path : refuse(422, 'path contains a malformed path component')
}

interface Place {
  /** `refs/heads/main` */
  readonly ref: string
  readonly head: string
  /** Of the file as it is; null when there is none. */
  readonly blob: string | null
}

async function findPlace(hub: HubContext, path: string, { branch }: Change): Promise<Place> {
  const { repository } = hub
  const name = branch ?? repository.defaultBranch
  const ref = `refs/heads/${name.replace(/^refs\/heads\//, '')}`
  const head = await writerOf(hub).readRef(ref)
  if (head === null) return refuse(404, `Branch ${name} not found`)
  const content = await repository.readPath(head, path)
  if (content?.type === 'dir') return refuse(422, `${path} is a folder`)
  return { ref, head, blob: content?.sha ?? null }
}

/** One commit on the branch that was looked at: whoever was faster in between has won. */
async function commit(
  hub: HubContext,
  c: Context<HubEnv>,
  asked: Change & Place & { readonly edit: TreeEdit },
): Promise<Response> {
  const writer = writerOf(hub)
  const identity = c.get('identity')
  const { ref, head, blob, edit, message } = asked
  const tree = await writer.writeTree(head, [edit])
  if (tree.kind === 'invalid') return apiError(c, 422, tree.reason)
  const committer = signatureOf(hub, identity, asked.committer)
  const author = signatureOf(hub, identity, asked.author ?? asked.committer)
  const raw = formatCommit({ treeSha: tree.sha, parents: [head], message, author, committer })
  const to = await writer.writeObject('commit', raw)
  if (to === null) return apiError(c, 422, 'git does not take this commit.')
  const outcome = await writer.moveRef({ ref, from: head, to }, rightsOf(identity))
  if (outcome.kind !== 'moved') return answerRefusal(c, outcome)
  const answer = await describe(hub, c, { path: edit.path, ref, sha: to })
  return c.json(answer, edit.sha !== null && blob === null ? 201 : 200)
}

async function describe(
  { repository, ...hub }: HubContext,
  c: Context<HubEnv>,
  written: { readonly path: string; readonly ref: string; readonly sha: string },
) {
  const [commit, content] = await Promise.all([
    repository.readCommit(written.sha),
    repository.readPath(written.sha, written.path),
  ])
  if (!commit) throw new Error(`the commit ${written.sha} cannot be read`)
  const { path, ref } = written
  return presentFileCommit(addressesOf({ ...hub, repository }, c), { commit, content, path, ref })
}
