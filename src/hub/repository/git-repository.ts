import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { RelayError } from '../../base/errors.ts'
import { isRefName } from '../../base/ref-name.ts'
import type { Page, PageQuery } from '../store/records.ts'
import { compareCommits, listChanges } from './compare-commits.ts'
import { openGitArchive } from './git-archive.ts'
import { gitLine, gitLines } from './git-command.ts'
import { parseCommit, parseTree } from './git-objects.ts'
import { GitWriter } from './git-writer.ts'
import { listTree } from './list-tree.ts'
import { ObjectReader } from './object-reader.ts'
import { candidateRefs, isCommitSha, isFullSha } from './ref-name.ts'
import {
  type ArchiveFormat,
  archiveName,
  type Commit,
  type Comparison,
  maxChangedFiles,
  maxFileBytes,
  maxTreeEntries,
  type NamedRef,
  type PathContent,
  type Repository,
  type ResolvedRef,
  type StoredObject,
  type TreeListing,
  workflowsFolder,
} from './repository.ts'
import { nameOfFolder, nameOfRemote } from './repository-name.ts'
import { isTreePath } from './tree-path.ts'
import { changedFiles, isWorkflowFile } from './workflow-files.ts'

interface DefaultBranch {
  readonly name: string
  /** The revision it stands for where no local branch bears its name. */
  readonly fallback: string
}

/** Opens the git repository at `path` (a real path, with `.git` or bare). */
export async function openGitRepository(path: string): Promise<Repository> {
  const [remote, branch] = await Promise.all([
    gitLine(path, 'config', '--get', 'remote.origin.url'),
    findDefaultBranch(path),
  ])
  const objects = new ObjectReader(path, { maxBytes: maxFileBytes })
  const head = await objects.read('HEAD^{commit}')
  if (!head) {
    objects.close()
    throw new RelayError('invalid_config', `The git repository ${path} has no commit yet.`, {
      hint: `Commit your workflows first: git -C ${path} add ${workflowsFolder} && git -C ${path} commit -m "Add workflows"`,
    })
  }
  const name = (remote === null ? null : nameOfRemote(remote)) ?? nameOfFolder(path)
  return new GitRepository(path, name, branch, objects)
}

/** HEAD's branch, else origin's default, else a virtual `main` at HEAD: a CI clone is detached. */
async function findDefaultBranch(path: string): Promise<DefaultBranch> {
  const head = await gitLine(path, 'symbolic-ref', '--quiet', '--short', 'HEAD')
  if (head !== null) return { name: head, fallback: 'HEAD' }
  const origin = await gitLine(path, 'symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD')
  if (origin === null) return { name: 'main', fallback: 'HEAD' }
  return { name: origin.replace(/^origin\//, ''), fallback: 'refs/remotes/origin/HEAD' }
}

class GitRepository implements Repository {
  readonly owner: string
  readonly name: string
  readonly defaultBranch: string
  readonly gitPath: string
  readonly writer: GitWriter
  readonly #branch: DefaultBranch
  readonly #objects: ObjectReader

  constructor(
    path: string,
    name: { readonly owner: string; readonly name: string },
    branch: DefaultBranch,
    objects: ObjectReader,
  ) {
    this.owner = name.owner
    this.name = name.name
    this.defaultBranch = branch.name
    this.gitPath = path
    this.writer = new GitWriter(path, objects)
    this.#branch = branch
    this.#objects = objects
  }

  async resolve(ref: string): Promise<ResolvedRef | null> {
    if (!isRefName(ref)) return null
    for (const candidate of candidateRefs(ref)) {
      const sha = await this.#commitSha(candidate)
      if (sha !== null) return { ref: candidate, sha }
    }
    const branch = `refs/heads/${this.#branch.name}`
    if (candidateRefs(ref).includes(branch)) {
      const sha = await this.#commitSha(this.#branch.fallback)
      if (sha !== null) return { ref: branch, sha }
    }
    const sha = isCommitSha(ref) ? await this.#commitSha(ref) : null
    return sha === null ? null : { ref: sha, sha }
  }

  async #commitSha(revision: string): Promise<string | null> {
    return (await this.#objects.read(`${revision}^{commit}`))?.sha ?? null
  }

  async readCommit(sha: string): Promise<Commit | null> {
    const object = await this.#objects.read(`${sha}^{commit}`)
    return object?.content ? parseCommit(object.sha, object.content) : null
  }

  async listRefs(): Promise<readonly NamedRef[]> {
    const format = '--format=%(refname) %(objecttype) %(objectname) %(*objectname)'
    const lines = await gitLines(this.gitPath, 'for-each-ref', format, 'refs/heads', 'refs/tags')
    const refs = lines.map(parseRefLine).filter(ref => ref !== null)
    const main = `refs/heads/${this.#branch.name}`
    if (refs.some(({ ref }) => ref === main)) return refs
    const resolved = await this.resolve(main)
    if (!resolved) return refs
    const { sha } = resolved
    return [{ ref: main, type: 'commit', sha, commitSha: sha }, ...refs]
  }

  async listCommits(
    sha: string,
    { path, page }: { readonly path: string; readonly page: PageQuery },
  ): Promise<Page<Commit>> {
    const folderOrFile = path.replace(/\/+$/, '')
    if (!isTreePath(folderOrFile)) return { totalCount: 0, items: [] }
    const paths = folderOrFile === '' ? [] : ['--', folderOrFile]
    const skip = `--skip=${(page.page - 1) * page.perPage}`
    const list = (...args: readonly string[]) =>
      gitLines(this.gitPath, '--literal-pathspecs', 'rev-list', ...args, sha, ...paths)
    const [count, shas] = await Promise.all([list('--count'), list(skip, `--max-count=${page.perPage}`)])
    const commits = await Promise.all(shas.map(each => this.readCommit(each)))
    return { totalCount: Number(count[0] ?? 0), items: commits.filter(commit => commit !== null) }
  }

  async compareCommits(base: string, head: string, page: PageQuery | null): Promise<Comparison | null> {
    const compared = await compareCommits(this.gitPath, { base, head, page })
    if (!compared) return null
    const changes = (page?.page ?? 1) === 1 ? await listChanges(this.gitPath, compared.mergeBase, head) : []
    const commits = await Promise.all(compared.commits.map(sha => this.readCommit(sha)))
    return {
      ...compared,
      commits: commits.filter(commit => commit !== null),
      files: changes.slice(0, maxChangedFiles),
    }
  }

  async readPath(sha: string, path: string): Promise<PathContent | null> {
    if (!isTreePath(path)) return null
    const object = await this.#objects.read(`${sha}:${path}`)
    if (object?.type === 'blob') return { ...object, type: 'file' }
    if (object?.type !== 'tree' || !object.content) return null
    return { type: 'dir', sha: object.sha, entries: parseTree(object.content, object.sha.length / 2) }
  }

  async readObject(sha: string): Promise<StoredObject | null> {
    return isFullSha(sha) ? await this.#objects.read(sha) : null
  }

  async listTree(
    treeSha: string,
    { recursive }: { readonly recursive: boolean },
  ): Promise<TreeListing | null> {
    const tree = isFullSha(treeSha) ? await this.#objects.read(`${treeSha}^{tree}`) : null
    const entries = tree && (await listTree(this.gitPath, tree.sha, { recursive, names: 'utf8' }))
    if (!entries) return null
    const truncated = entries.length > maxTreeEntries
    return { sha: tree.sha, entries: entries.slice(0, maxTreeEntries), truncated }
  }

  async openArchive(sha: string, format: ArchiveFormat): Promise<Readable> {
    return await openGitArchive(this.gitPath, { sha, top: archiveName(this, sha), format })
  }

  async uncommittedWorkflows(): Promise<readonly string[]> {
    if (!existsSync(join(this.gitPath, '.git'))) return []
    const folder = await this.readPath('HEAD', workflowsFolder)
    const committed = folder?.type === 'dir' ? folder.entries.filter(isWorkflowFile) : []
    return await changedFiles(join(this.gitPath, workflowsFolder), committed)
  }

  close(): void {
    this.#objects.close()
  }
}

/** `refs/tags/v1 tag <its own sha> <its commit's sha>`; the last only for annotated tags. */
function parseRefLine(line: string): NamedRef | null {
  const [ref = '', type, sha = '', peeled = ''] = line.split(' ')
  if (type === 'commit') return { ref, type, sha, commitSha: sha }
  return type === 'tag' ? { ref, type, sha, commitSha: peeled } : null
}
