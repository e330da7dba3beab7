import { RelayError } from '../base/errors.ts'
import type { NewFile } from '../model/repository.ts'
import type { GitHubClient } from './client.ts'
import { acceptedPermissions, statusOf, unlessMissing } from './errors.ts'
import { fieldsOf } from './read.ts'

/** The commit a branch is at; null: the repository has no commit yet (GitHub answers 409), or no such branch. */
export async function readHead(client: GitHubClient, branch: string): Promise<string | null> {
  try {
    const ref = fieldsOf((await client.get(`/git/ref/heads/${encodePath(branch)}`)).data, 'ref')
    const { object } = ref.members
    return fieldsOf(object, 'object of a ref').text('sha')
  } catch (thrown) {
    const status = statusOf(thrown)
    if (status === 404 || status === 409) return null
    throw thrown
  }
}

/** The text of a file at a commit; null when there is none. */
export async function readFileAt(client: GitHubClient, path: string, commit: string): Promise<string | null> {
  return unlessMissing(async () => {
    const { data } = await client.get(`/contents/${encodePath(path)}`, { ref: commit })
    const file = fieldsOf(data, `file ${path}`)
    return Buffer.from(file.text('content'), 'base64').toString('utf8')
  })
}

export interface FilesToCommit {
  readonly branch: string
  /** The commit they were planned on, and the only one they are put on; null: the repository has none yet. */
  readonly head: string | null
  readonly message: string
  readonly files: readonly NewFile[]
}

/**
 * Puts all files into one commit of the branch: a tree, a commit, and the branch moved forward, never forced. Until that
 * last step nobody sees anything, so a break leaves the branch as it was. Throws `not_authorized` where the token may not
 * write workflows, and `broker_rejected` where the branch has moved meanwhile.
 */
export async function commitFiles(client: GitHubClient, commit: FilesToCommit): Promise<string> {
  const { branch, message } = commit
  const head = commit.head ?? (await makeFirstCommit(client, commit))
  const tree = await writeTree(client, await treeOf(client, head), commit.files)
  const made = await client.post('/git/commits', { message, tree, parents: [head] })
  const sha = fieldsOf(made.data, 'commit').text('sha')
  await moveBranch(client, branch, sha)
  return sha
}

async function treeOf(client: GitHubClient, commit: string): Promise<string> {
  const { members } = fieldsOf((await client.get(`/git/commits/${commit}`)).data, 'commit')
  return fieldsOf(members['tree'], 'tree of a commit').text('sha')
}

/** Blobs are made of the contents. GitHub answers 404 where it is workflows that the token may not write. */
async function writeTree(client: GitHubClient, base: string, files: readonly NewFile[]): Promise<string> {
  const tree = files.map(({ path, text }) => ({ path, mode: '100644', type: 'blob', content: text }))
  try {
    return fieldsOf((await client.post('/git/trees', { base_tree: base, tree })).data, 'tree').text('sha')
  } catch (thrown) {
    const status = statusOf(thrown)
    throw status === 404 || status === 403 ? mayNotWrite(thrown) : thrown
  }
}

async function moveBranch(client: GitHubClient, branch: string, sha: string): Promise<void> {
  try {
    await client.patch(`/git/refs/heads/${encodePath(branch)}`, { sha, force: false })
  } catch (thrown) {
    const status = statusOf(thrown)
    if (status === 403) throw mayNotWrite(thrown)
    if (status !== 422 && status !== 409) throw thrown
    const { message } = thrown as Error
    throw new RelayError('broker_rejected', `The branch ${branch} could not be moved: ${message}`, {
      hint: 'Where it has moved meanwhile, run this again: it plans anew on what is there.',
      cause: thrown,
    })
  }
}

/** The git database takes nothing before there is a commit; the contents API makes the first one. */
async function makeFirstCommit(client: GitHubClient, { branch, files }: FilesToCommit): Promise<string> {
  const [first] = files.filter(({ path }) => !path.startsWith('.github/'))
  const path = first?.path ?? 'README.md'
  const content = Buffer.from(first?.text ?? '# A job queue of RelayQ\n').toString('base64')
  const { data } = await client.put(`/contents/${encodePath(path)}`, {
    message: `Add ${path}`,
    content,
    branch,
  })
  return fieldsOf(fieldsOf(data, 'change').members['commit'], 'commit').text('sha')
}

function mayNotWrite(thrown: unknown): RelayError {
  const needed = acceptedPermissions(thrown) ?? 'contents=write,workflows=write'
  return new RelayError('not_authorized', 'The token may not write workflow files to this repository.', {
    hint: `A fine-grained token needs Contents: write and Workflows: write (GitHub says: ${needed}), a classic one the scope workflow.`,
    cause: thrown,
  })
}

/** Slashes stay: paths and branches have them. */
export function encodePath(path: string): string {
  return encodeURIComponent(path).replaceAll('%2F', '/')
}
