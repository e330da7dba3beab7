import { createHash } from 'node:crypto'
import { RelayError } from '../../base/errors.ts'
import type { Workflow } from '../../workflow/workflow.ts'
import { type Repository, workflowsFolder } from './repository.ts'
import { isWorkflowFile } from './workflow-files.ts'

export interface WorkflowEntry {
  /** Stable: made from the repository's name and the path. */
  readonly id: number
  /** `transcribe_audio.yml` */
  readonly fileName: string
  readonly path: string
}

/** A file that cannot be planned with is listed all the same, as GitHub does, and says why when it is dispatched. */
export type ParsedWorkflow =
  | { readonly kind: 'valid'; readonly workflow: Workflow }
  | { readonly kind: 'invalid'; readonly message: string }

export type ParseWorkflow = (path: string, content: string) => Promise<Workflow>

/** The oldest commits and files are dropped beyond these, so that a hub that runs for months does not grow. */
const maxCommits = 50
const maxFiles = 500

/** The workflows of each commit: listings kept by commit sha, parsed files by the sha of their bytes. */
export class WorkflowCatalog {
  readonly #repository: Repository
  readonly #parse: ParseWorkflow
  readonly #commits = new Map<string, Promise<ReadonlyMap<string, string>>>()
  readonly #files = new Map<string, Promise<ParsedWorkflow>>()

  constructor(repository: Repository, parse: ParseWorkflow) {
    this.#repository = repository
    this.#parse = parse
  }

  /** In order of path. */
  async list(sha: string): Promise<readonly WorkflowEntry[]> {
    return [...(await this.#blobs(sha)).keys()].map(path => this.entry(path))
  }

  /** By file name, path or numeric id, as REST's `{workflow_id}` takes them. */
  async find(sha: string, idOrName: string): Promise<WorkflowEntry | null> {
    return (await this.list(sha)).find(entry => isCalled(entry, idOrName)) ?? null
  }

  /** null when the commit has no such workflow. */
  async read(sha: string, path: string): Promise<ParsedWorkflow | null> {
    const blob = (await this.#blobs(sha)).get(path)
    if (blob === undefined) return null
    return await cached(this.#files, `${blob} ${path}`, maxFiles, () => this.#parseAt(sha, path))
  }

  /** Whether or not there is such a file. */
  entry(path: string): WorkflowEntry {
    const { owner, name } = this.#repository
    return { id: workflowId(`${owner}/${name}/${path}`), fileName: path.split('/').at(-1) ?? path, path }
  }

  async #blobs(sha: string): Promise<ReadonlyMap<string, string>> {
    return await cached(this.#commits, sha, maxCommits, async () => {
      const folder = await this.#repository.readPath(sha, workflowsFolder)
      const entries = folder?.type === 'dir' ? folder.entries.filter(isWorkflowFile) : []
      return new Map(entries.map(entry => [`${workflowsFolder}/${entry.name}`, entry.sha]))
    })
  }

  async #parseAt(sha: string, path: string): Promise<ParsedWorkflow> {
    const file = await this.#repository.readPath(sha, path)
    if (file?.type !== 'file' || !file.content) return { kind: 'invalid', message: `${path} is too large` }
    try {
      return { kind: 'valid', workflow: await this.#parse(path, file.content.toString('utf8')) }
    } catch (thrown) {
      if (!(thrown instanceof RelayError) || !refusals.has(thrown.code)) throw thrown
      return { kind: 'invalid', message: thrown.message }
    }
  }
}

/** True when `{workflow_id}` of a REST path means this workflow. */
export function isCalled({ id, fileName, path }: WorkflowEntry, idOrName: string): boolean {
  return [fileName, path, String(id)].includes(idOrName)
}

const refusals: ReadonlySet<string> = new Set(['invalid_workflow', 'not_built'])

/** A failed lookup is forgotten, so that the next one tries again. */
async function cached<T>(
  cache: Map<string, Promise<T>>,
  key: string,
  limit: number,
  make: () => Promise<T>,
): Promise<T> {
  const known = cache.get(key)
  if (known) return await known
  const made = make()
  cache.set(key, made)
  made.catch(() => cache.delete(key))
  const [oldest] = cache.keys()
  if (cache.size > limit && oldest !== undefined) cache.delete(oldest)
  return await made
}

/** 48 bits: exact as a JSON number, and a collision within one repository is out of the question. */
export function workflowId(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6)
}
