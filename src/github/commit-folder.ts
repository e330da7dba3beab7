import { createReadStream } from 'node:fs'
import { explain, RelayError } from '../base/errors.ts'
import type { StreamedBody } from '../base/http.ts'
import { isRefName } from '../base/ref-name.ts'
import { retry } from '../base/retry.ts'
import type { GitHubClient } from './client.ts'
import { statusOf, unlessMissing } from './errors.ts'
import { fieldsOf } from './read.ts'

export interface FolderToCommit {
  readonly branch: string
  /** What the folder is called in the branch: `results/j1`. Whatever was there gives way. */
  readonly place: string
  readonly files: readonly FileToCommit[]
  readonly message: string
}

export interface FileToCommit {
  /** Below `place`. */
  readonly name: string
  readonly path: string
  readonly bytes: number
}

export interface CommittedFolder {
  /** `same`: the branch had exactly these files there already, and was left alone. */
  readonly kind: 'committed' | 'same'
  /** What the branch points at. */
  readonly sha: string
  /** Files that are not in it, and why. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[]
}

/** The largest file GitHub keeps in a repository: https://docs.github.com/en/repositories/working-with-files/managing-large-files */
const largestFile = 100 * 1024 * 1024

/**
 * Puts files into a branch as one commit through the git database, without a checkout: into the branch as it is when the
 * commit arrives, however many others write to it meanwhile. A branch that is missing begins with this commit and shares
 * no history with any other. Never writes to the default branch. Throws `invalid_config` for a branch that may not be
 * written, `file_unusable` where every file is left out, and what the client throws.
 */
export async function commitFolder(
  client: GitHubClient,
  folder: FolderToCommit,
  signal: AbortSignal,
): Promise<CommittedFolder> {
  await requireSideBranch(client, folder.branch)
  const { entries, leftOut } = await writeBlobs(client, folder.files, signal)
  const tree = await writeTree(client, { tree: entries })
  const written = await retry(() => advance(client, folder, tree), {
    attempts: 8,
    firstDelayMs: 250,
    isRetryable: wasOvertaken,
    signal,
  })
  return { ...written, leftOut }
}

async function requireSideBranch(client: GitHubClient, branch: string): Promise<void> {
  const isPlain = isRefName(branch) && branch !== 'HEAD' && !/^(?:refs\/|[0-9a-f]{40,64}$)/.test(branch)
  if (!isPlain) throw notWritable(branch, 'is no name of a branch')
  const repository = fieldsOf((await client.get('')).data, 'repository')
  if (repository.text('default_branch') === branch) throw notWritable(branch, 'is the default branch')
}

function notWritable(branch: string, why: string): RelayError {
  return new RelayError('invalid_config', `${JSON.stringify(branch.slice(0, 80))} ${why}.`, {
    hint: 'Name one that is for results alone, such as results.',
  })
}

interface Entry {
  readonly path: string
  readonly mode: '100644' | '040000'
  readonly type: 'blob' | 'tree'
  readonly sha: string
}

async function writeBlobs(client: GitHubClient, files: readonly FileToCommit[], signal: AbortSignal) {
  const entries: Entry[] = []
  const leftOut: { name: string; reason: string }[] = []
  for (const file of files) {
    const outcome = await writeBlob(client, file, signal)
    if (outcome.kind === 'written')
      entries.push({ path: file.name, mode: '100644', type: 'blob', sha: outcome.sha })
    else leftOut.push({ name: file.name, reason: outcome.reason })
  }
  if (entries.length > 0) return { entries, leftOut }
  const reasons = leftOut.map(({ name, reason }) => `${name}: ${reason}`).join('; ')
  throw new RelayError('file_unusable', `No file can be put into the branch (${reasons || 'there is none'}).`)
}

type BlobOutcome =
  | { readonly kind: 'written'; readonly sha: string }
  | { readonly kind: 'refused'; readonly reason: string }

/** Where the limit for one request lies is not documented (and lower at a hub): the broker's refusal tells. */
async function writeBlob(
  client: GitHubClient,
  { path, bytes }: FileToCommit,
  signal: AbortSignal,
): Promise<BlobOutcome> {
  if (bytes > largestFile) return { kind: 'refused', reason: 'it is larger than 100 MiB' }
  const send = () => client.postStreamed('/git/blobs', blobBody(path, bytes))
  try {
    const answer = await retry(send, { attempts: 3, firstDelayMs: 500, isRetryable: isPassing, signal })
    return { kind: 'written', sha: fieldsOf(answer.data, 'blob').text('sha') }
  } catch (thrown) {
    const status = statusOf(thrown)
    if (status !== 413 && status !== 422) throw thrown
    return { kind: 'refused', reason: explain(thrown) }
  }
}

const bodyStart = '{"encoding":"base64","content":"'
const bodyEnd = '"}'

function blobBody(path: string, bytes: number): StreamedBody {
  return {
    length: bodyStart.length + 4 * Math.ceil(bytes / 3) + bodyEnd.length,
    async *open() {
      yield Buffer.from(bodyStart)
      if (bytes > 0) yield* inBase64(createReadStream(path, { end: bytes - 1 }))
      yield Buffer.from(bodyEnd)
    },
  }
}

/** Three bytes make four characters: what is over waits for the next chunk. */
async function* inBase64(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let over: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([over, chunk])
    const even = bytes.length - (bytes.length % 3)
    over = bytes.subarray(even)
    yield Buffer.from(bytes.toString('base64', 0, even))
  }
  yield Buffer.from(over.toString('base64'))
}

/** One try: a commit on top of the branch as it is now, which the branch takes only if it is still so. */
async function advance(
  client: GitHubClient,
  { branch, place, message }: FolderToCommit,
  folderTree: string,
): Promise<Pick<CommittedFolder, 'kind' | 'sha'>> {
  const tip = await readTip(client, branch)
  const tree = await writeTree(client, {
    ...(tip ? { base_tree: tip.tree } : {}),
    tree: [{ path: place, mode: '040000', type: 'tree', sha: folderTree }],
  })
  if (tip?.tree === tree) return { kind: 'same', sha: tip.commit }
  const commit = { message, tree, parents: tip ? [tip.commit] : [] }
  const sha = fieldsOf((await client.post('/git/commits', commit)).data, 'commit').text('sha')
  if (tip) await client.patch(`/git/refs/heads/${encodedRef(branch)}`, { sha, force: false })
  else await client.post('/git/refs', { ref: `refs/heads/${branch}`, sha })
  return { kind: 'committed', sha }
}

/** null: there is no such branch. */
async function readTip(
  client: GitHubClient,
  branch: string,
): Promise<{ readonly commit: string; readonly tree: string } | null> {
  return unlessMissing(async () => {
    const ref = fieldsOf((await client.get(`/git/ref/heads/${encodedRef(branch)}`)).data, 'ref')
    const commit = ref.member('object', 'ref').text('sha')
    const read = fieldsOf((await client.get(`/git/commits/${encodeURIComponent(commit)}`)).data, 'commit')
    return { commit, tree: read.member('tree', 'commit').text('sha') }
  })
}

async function writeTree(
  client: GitHubClient,
  body: { readonly base_tree?: string; readonly tree: readonly Entry[] },
): Promise<string> {
  return fieldsOf((await client.post('/git/trees', body)).data, 'tree').text('sha')
}

function encodedRef(branch: string): string {
  return branch.split('/').map(encodeURIComponent).join('/')
}

/** Another was faster (GitHub: 422, a hub also 409), or it is not known whether it arrived: either way looked at anew. */
function wasOvertaken(thrown: unknown): boolean {
  const status = statusOf(thrown)
  return status === 409 || status === 422 || isPassing(thrown)
}

function isPassing(thrown: unknown): boolean {
  return (
    thrown instanceof RelayError &&
    (thrown.code === 'broker_unreachable' || thrown.code === 'broker_unavailable')
  )
}
