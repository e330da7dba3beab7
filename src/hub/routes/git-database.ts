import { type Context, Hono } from 'hono'
import { isRefName } from '../../base/ref-name.ts'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound, refuse } from '../errors.ts'
import { presentGitCommit } from '../present/git.ts'
import { presentBlob, presentTagObject, shortBlob } from '../present/git-database.ts'
import { formatCommit, formatTag, parseTag } from '../repository/git-objects.ts'
import { isFullSha } from '../repository/ref-name.ts'
import type { Signature } from '../repository/repository.ts'
import { readBody } from '../request.ts'
import { base64, listOf, oneOf, optional, type Reader, shape, text } from '../untrusted.ts'
import { addressesOf } from './addresses.ts'
import { rawType } from './raw-type.ts'
import { readMessage, readSignature, signatureOf } from './signature.ts'
import { writerOf } from './written.ts'

/** In bytes: it is held in memory, and a hub may live on a Raspberry Pi. A push takes larger files. */
export const largestBlobRequest = 16 * 1024 * 1024

/** Where blobs are made. */
export const newBlobPath = /^(\/api\/v3)?\/repos\/[^/]+\/[^/]+\/git\/blobs$/

const readBlob = shape({
  content: text(largestBlobRequest),
  encoding: optional(oneOf('utf-8', 'base64'), 'utf-8'),
})

interface NewCommit {
  readonly message: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Signature | null
  readonly committer: Signature | null
}

const readCommit = shape<NewCommit>({
  message: readMessage,
  tree: text(64),
  parents: listOf(text(64), 100),
  author: optional(readSignature, null),
  committer: optional(readSignature, null),
})

const readTag = shape({
  tag: text(255, 1),
  message: readMessage,
  object: text(64),
  type: oneOf('commit', 'tree', 'blob'),
  tagger: optional(readSignature, null),
})

/** Blobs, commits and annotated tags: objects, to which nothing refers yet. Below `/repos/{owner}/{repo}/git`. */
export function gitDatabaseRoutes(hub: HubContext): Hono<HubEnv> {
  const { repository } = hub
  const routes = new Hono<HubEnv>()

  routes.get('/blobs/:sha', async c => {
    const sha = shaParameter(c)
    const blob = await repository.readObject(sha)
    if (blob?.type !== 'blob') return notFound(c)
    if (!blob.content) return apiError(c, 403, 'This hub returns blobs up to 1 MB in size.')
    const raw = rawType(c.req.header('Accept'))
    if (raw === null) return c.json(presentBlob(addressesOf(hub, c), { sha, content: blob.content }))
    return c.body(new Uint8Array(blob.content), 200, { 'Content-Type': `${raw}; charset=utf-8` })
  })

  routes.post('/blobs', async c => {
    const writer = writerOf(hub)
    const { content, encoding } = await readBody(c, readBlob)
    const bytes = encoding === 'utf-8' ? Buffer.from(content) : await readBody(c, readBase64)
    const sha = await writer.writeObject('blob', bytes)
    return created(c, shortBlob(addressesOf(hub, c), written(sha)))
  })

  routes.post('/commits', async c => {
    const writer = writerOf(hub)
    const { message, tree, parents, ...people } = await readBody(c, readCommit)
    await requireObject(hub, tree, 'tree', 'Tree SHA does not exist')
    for (const parent of parents)
      await requireObject(hub, parent, 'commit', 'Parent SHA does not exist or is not a commit object')
    const identity = c.get('identity')
    const committer = signatureOf(hub, identity, people.committer ?? people.author)
    const author = signatureOf(hub, identity, people.author ?? people.committer)
    const commit = { treeSha: tree, parents, message, author, committer }
    const sha = written(await writer.writeObject('commit', formatCommit(commit)))
    return created(c, presentGitCommit(addressesOf(hub, c), { ...commit, sha }))
  })

  routes.get('/tags/:sha', async c => {
    const sha = c.req.param('sha')
    const object = await repository.readObject(sha)
    if (object?.type !== 'tag' || !object.content) return notFound(c)
    return c.json(presentTagObject(addressesOf(hub, c), parseTag(sha, object.content)))
  })

  routes.post('/tags', async c => {
    const writer = writerOf(hub)
    const { tag: name, message, object, type, tagger } = await readBody(c, readTag)
    if (!isRefName(name)) return apiError(c, 422, `${name} is not a valid tag name.`)
    await requireObject(hub, object, type, 'Object does not exist')
    const tag = {
      name,
      message,
      target: { sha: object, type },
      tagger: signatureOf(hub, c.get('identity'), tagger),
    }
    const sha = written(await writer.writeObject('tag', formatTag(tag)))
    return created(c, presentTagObject(addressesOf(hub, c), { ...tag, sha }))
  })

  return routes
}

const readBase64: Reader<Buffer> = body => shape({ content: base64 })(body).content

function shaParameter(c: Context<HubEnv>): string {
  const sha = c.req.param('sha') ?? ''
  if (isFullSha(sha)) return sha
  return refuse(422, 'The sha parameter must be exactly 40 characters and contain only [0-9a-f].')
}

async function requireObject(
  { repository }: HubContext,
  sha: string,
  type: string,
  message: string,
): Promise<void> {
  if ((await repository.readObject(sha))?.type !== type) refuse(422, message)
}

/** Ends the request where git did not take what its own checks refuse. */
function written(sha: string | null): string {
  return sha ?? refuse(422, 'git does not take this object.')
}

function created(c: Context<HubEnv>, body: { readonly url: string }): Response {
  return c.json(body, 201, { Location: body.url })
}
