import { gitLines } from './git-command.ts'
import type { ObjectReader } from './object-reader.ts'
import { workflowsFolder } from './repository.ts'
import type { RefUpdate } from './repository-writer.ts'

/** What a work tree on a Mac would take for the same folder. */
const otherSpellings = [`:(icase)${workflowsFolder}`, `:(exclude)${workflowsFolder}`] as const

const noFolder = 'none'

/**
 * True when an update brings workflows that no branch or tag has: a commit that is new, or the one the ref would point
 * at, has another workflows folder than the tips there are. GitHub asks for the permission `workflows` then. A branch may
 * begin without any: so jobs make the one of their pages.
 */
export async function changesWorkflows(
  path: string,
  objects: ObjectReader,
  updates: readonly RefUpdate[],
): Promise<boolean> {
  const targets = updates.flatMap(({ to }) => (to === null ? [] : [to]))
  if (targets.length === 0) return false
  const [tips, added, misspelt] = await Promise.all([
    gitLines(path, 'for-each-ref', '--format=%(objectname)', 'refs/heads', 'refs/tags'),
    gitLines(path, 'rev-list', ...targets, '--not', '--all'),
    gitLines(path, 'rev-list', '--full-history', ...targets, '--not', '--all', '--', ...otherSpellings),
  ])
  if (misspelt.length > 0) return true
  const folderAt = async (sha: string): Promise<string> =>
    (await objects.read(`${sha}^{commit}:${workflowsFolder}`))?.sha ?? noFolder
  const known = new Set(await Promise.all(['HEAD', ...tips].map(folderAt)))
  const asked = await Promise.all([...targets, ...added].map(folderAt))
  if (updates.every(({ from }) => from === null)) known.add(noFolder)
  return asked.some(folder => !known.has(folder))
}
