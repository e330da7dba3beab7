import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../../base/errors.ts'
import { type TreeEntry, workflowsFolder } from './repository.ts'

/** True for what GitHub takes as a workflow: a plain file directly in the folder, ending in .yml or .yaml. */
export function isWorkflowFile(entry: { readonly name: string; readonly type: string }): boolean {
  return entry.type === 'file' && /\.ya?ml$/.test(entry.name)
}

export interface WorkflowFile {
  readonly name: string
  readonly content: Buffer
}

/** The workflow files of a folder on disk, by name; [] where there is no such folder. */
export async function readWorkflowFiles(folder: string): Promise<readonly WorkflowFile[]> {
  const names = await workflowNames(folder)
  const files = await Promise.all(names.map(name => readWorkflowFile(folder, name)))
  return files.filter(file => file !== null)
}

/** null when the file went away since the folder was listed. */
async function readWorkflowFile(folder: string, name: string): Promise<WorkflowFile | null> {
  try {
    return { name, content: await readFile(join(folder, name)) }
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return null
    throw thrown
  }
}

async function workflowNames(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries
      .filter(entry => isWorkflowFile({ name: entry.name, type: entry.isFile() ? 'file' : 'other' }))
      .map(entry => entry.name)
      .sort()
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT' || systemErrorCode(thrown) === 'ENOTDIR') return []
    throw thrown
  }
}

/** Paths of the workflow files in `folder` that were added, edited or deleted since the commit. */
export async function changedFiles(
  folder: string,
  committed: readonly TreeEntry[],
): Promise<readonly string[]> {
  const files = await readWorkflowFiles(folder)
  const shas = new Map(committed.map(entry => [entry.name, entry.sha]))
  const edited = files.filter(file => shas.get(file.name) !== blobSha(file.content, shas.get(file.name)))
  const present = new Set(files.map(file => file.name))
  const deleted = [...shas.keys()].filter(name => !present.has(name))
  return [...edited.map(file => file.name), ...deleted].sort().map(name => `${workflowsFolder}/${name}`)
}

/** git's name for a file's bytes; SHA-256 where the sha it is compared with is one (64 hex digits). */
export function blobSha(content: Buffer, comparedWith = ''): string {
  const hash = createHash(comparedWith.length === 64 ? 'sha256' : 'sha1')
  return hash.update(`blob ${content.length}\0`).update(content).digest('hex')
}
