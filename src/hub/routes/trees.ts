import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound, refuse } from '../errors.ts'
import { presentTree } from '../present/git-database.ts'
import { isFullSha } from '../repository/ref-name.ts'
import type { TreeListing } from '../repository/repository.ts'
import type { RepositoryWriter, TreeEdit } from '../repository/repository-writer.ts'
import { readBody } from '../request.ts'
import { listOf, Malformed, oneOf, optional, type Reader, shape, text } from '../untrusted.ts'
import { addressesOf } from './addresses.ts'
import { writerOf } from './written.ts'

/** Each content is a short program of its own. */
const maxEntries = 1000

interface NewEntry {
  readonly path: string
  readonly mode: string
  readonly sha: string | null
  readonly content: string | null
}

const readSha: Reader<string> = value => {
  const sha = text(64)(value)
  if (!isFullSha(sha)) throw new Malformed('sha')
  return sha
}

const readTree = shape({
  base_tree: optional(readSha, null),
  tree: listOf(
    shape<NewEntry>({
      path: text(4096, 1),
      mode: oneOf('100644', '100755', '040000', '160000', '120000'),
      sha: optional(readSha, null),
      content: optional(text(1024 * 1024), null),
    }),
    maxEntries,
  ),
})

/** Folders as git stores them. Below `/repos/{owner}/{repo}/git/trees`. */
export function treeRoutes(hub: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.get('/:tree{.+}', async c => {
    const name = c.req.param('tree')
    if (name.length > 255) return apiError(c, 422, 'The tree is named by a sha, a branch or a tag.')
    // As on GitHub, any value of it will do.
    const recursive = c.req.query('recursive') !== undefined
    const tree = await findTree(hub, name, recursive)
    return tree ? c.json(presentTree(addressesOf(hub, c), tree)) : notFound(c)
  })

  routes.post('/', async c => {
    const writer = writerOf(hub)
    const { base_tree, tree } = await readBody(c, readTree)
    if (tree.length === 0) return apiError(c, 422, 'Invalid tree info')
    const base = base_tree === null ? null : await findTree(hub, base_tree, false)
    if (base_tree !== null && !base) return apiError(c, 422, 'base_tree is not a valid tree')
    const edits: TreeEdit[] = []
    for (const entry of tree) edits.push(await editOf(hub, writer, base, entry))
    const outcome = await writer.writeTree(base?.sha ?? null, edits)
    if (outcome.kind === 'invalid') return apiError(c, 422, outcome.reason)
    return await answerCreated(hub, c, outcome.sha)
  })

  return routes
}

/** By the sha of the tree or of a commit, or by the name of a branch or a tag. */
async function findTree(
  { repository }: HubContext,
  name: string,
  recursive: boolean,
): Promise<TreeListing | null> {
  const listed = await repository.listTree(name, { recursive })
  if (listed) return listed
  const resolved = await repository.resolve(name)
  return resolved && (await repository.listTree(resolved.sha, { recursive }))
}

/** An entry with neither sha nor content goes, and must have been there. */
async function editOf(
  { repository }: HubContext,
  writer: RepositoryWriter,
  base: TreeListing | null,
  { path, mode, sha, content }: NewEntry,
): Promise<TreeEdit> {
  if (sha !== null) return { path, mode, sha }
  if (content !== null) return { path, mode, sha: await writer.writeObject('blob', Buffer.from(content)) }
  const isThere = base !== null && (await repository.readPath(base.sha, path)) !== null
  return isThere ? { path, mode, sha: null } : refuse(422, 'GitRPC::BadObjectState')
}

async function answerCreated(hub: HubContext, c: Context<HubEnv>, sha: string): Promise<Response> {
  const tree = await hub.repository.listTree(sha, { recursive: false })
  if (!tree) throw new Error(`the tree ${sha} cannot be read`)
  const body = presentTree(addressesOf(hub, c), tree)
  return c.json(body, 201, { Location: body.url })
}
