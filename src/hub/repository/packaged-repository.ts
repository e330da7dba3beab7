import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { isoSeconds } from '../../base/clock.ts'
import type { Page } from '../store/records.ts'
import { startZip } from '../streamed-zip.ts'
import {
  type ArchiveFormat,
  archiveName,
  type Commit,
  type Comparison,
  type NamedRef,
  type PathContent,
  type Repository,
  type ResolvedRef,
  type StoredObject,
  type TreeEntry,
  workflowsFolder,
} from './repository.ts'
import { nameOfFolder } from './repository-name.ts'
import { tarFile, tarTrailer } from './tar.ts'
import { blobSha, readWorkflowFiles, type WorkflowFile } from './workflow-files.ts'

/** src/hub/repository and dist/hub/repository are equally far below the package's root. */
const packageRoot = join(import.meta.dirname, '..', '..', '..')

/**
 * A folder without git: its own workflows if it has some, else those of the RelayQ package, as one commit on `main`.
 * The commit's sha is a hash of the files, so equal workflows have equal shas on every machine.
 */
export async function openPackagedRepository(path: string): Promise<Repository> {
  const own = await readWorkflowFiles(join(path, workflowsFolder))
  const files = own.length > 0 ? own : await readWorkflowFiles(join(packageRoot, workflowsFolder))
  return new PackagedRepository(nameOfFolder(path), files)
}

class PackagedRepository implements Repository {
  readonly owner: string
  readonly name: string
  readonly defaultBranch = 'main'
  readonly gitPath = null
  readonly writer = null
  readonly #files: readonly WorkflowFile[]
  readonly #sha: string

  constructor(name: { readonly owner: string; readonly name: string }, files: readonly WorkflowFile[]) {
    this.owner = name.owner
    this.name = name.name
    this.#files = files
    this.#sha = virtualSha(files)
  }

  async resolve(ref: string): Promise<ResolvedRef | null> {
    if (ref === 'main' || ref === 'refs/heads/main') return { ref: 'refs/heads/main', sha: this.#sha }
    return ref === this.#sha ? { ref: this.#sha, sha: this.#sha } : null
  }

  async readCommit(sha: string): Promise<Commit | null> {
    if (sha !== this.#sha) return null
    const signature = { name: 'RelayQ', email: 'relayq@localhost', date: isoSeconds(0) }
    const message = 'The workflows that come with RelayQ'
    return { sha, treeSha: sha, parents: [], message, author: signature, committer: signature }
  }

  async listRefs(): Promise<readonly NamedRef[]> {
    return [{ ref: 'refs/heads/main', type: 'commit', sha: this.#sha, commitSha: this.#sha }]
  }

  async listCommits(sha: string): Promise<Page<Commit>> {
    const commit = await this.readCommit(sha)
    return commit ? { totalCount: 1, items: [commit] } : { totalCount: 0, items: [] }
  }

  /** There is one commit. */
  async compareCommits(base: string): Promise<Comparison> {
    return { mergeBase: base, aheadBy: 0, behindBy: 0, commits: [], files: [] }
  }

  async readPath(sha: string, path: string): Promise<PathContent | null> {
    if (sha !== this.#sha) return null
    const folder = this.#folders().get(path.replace(/\/+$/, ''))
    if (folder) return { type: 'dir', sha, entries: folder }
    const file = this.#files.find(({ name }) => `${workflowsFolder}/${name}` === path)
    if (!file) return null
    return { type: 'file', sha: blobSha(file.content), size: file.content.length, content: file.content }
  }

  #folders(): ReadonlyMap<string, readonly TreeEntry[]> {
    const folder = (name: string): TreeEntry => ({ name, type: 'dir', sha: this.#sha })
    return new Map<string, readonly TreeEntry[]>([
      ['', [folder('.github')]],
      ['.github', [folder('workflows')]],
      [
        workflowsFolder,
        this.#files.map(({ name, content }) => ({ name, type: 'file', sha: blobSha(content) })),
      ],
    ])
  }

  async readObject(sha: string): Promise<StoredObject | null> {
    const content = this.#files.map(file => file.content).find(bytes => blobSha(bytes) === sha)
    return content ? { sha, type: 'blob', size: content.length, content } : null
  }

  /** Its folders are none of git's: they have no shas of their own. */
  async listTree(): Promise<null> {
    return null
  }

  async openArchive(sha: string, format: ArchiveFormat): Promise<Readable> {
    const folder = `${archiveName(this, sha)}/${workflowsFolder}`
    if (format === 'zip') return zipOf(folder, this.#files)
    const blocks = this.#files.flatMap(({ name, content }) => tarFile(`${folder}/${name}`, content))
    return Readable.from([...blocks, tarTrailer]).pipe(createGzip())
  }

  /** Without git nothing can be uncommitted: the files were read when the hub started. */
  async uncommittedWorkflows(): Promise<readonly string[]> {
    return []
  }

  close(): void {
    // Everything is in memory.
  }
}

function zipOf(folder: string, files: readonly WorkflowFile[]): Readable {
  const zip = startZip()
  for (const { name, content } of files) zip.add(content, `${folder}/${name}`)
  zip.end()
  return zip.output
}

function virtualSha(files: readonly WorkflowFile[]): string {
  const hash = createHash('sha1')
  for (const { name, content } of files) hash.update(`${name}\0${blobSha(content)}\n`)
  return hash.digest('hex')
}
