import { isJsonObject } from '../base/json.ts'
import type { FolderListing } from '../model/broker.ts'
import type { GitHubClient } from './client.ts'
import { encodePath } from './commit-files.ts'
import { statusOf } from './errors.ts'

/**
 * Asks for a folder of the repository at a ref. GitHub answers 404 both where it is not and where the token may not see
 * contents: the root, which every repository has, tells the one from the other.
 */
export async function listFolder(client: GitHubClient, path: string, ref: string): Promise<FolderListing> {
  const found = await readEntries(client, path, ref)
  if (found !== null) return { kind: 'entries', ...found }
  const isReadable = (await readEntries(client, '', ref)) !== null
  return isReadable ? { kind: 'entries', names: [], blobs: new Map() } : { kind: 'unknown' }
}

/** null: the answer is a refusal, or a file. */
async function readEntries(
  client: GitHubClient,
  path: string,
  ref: string,
): Promise<Omit<Extract<FolderListing, { kind: 'entries' }>, 'kind'> | null> {
  try {
    const { data } = await client.get(`/contents/${encodePath(path)}`, { ref })
    if (!Array.isArray(data)) return null
    const names: string[] = []
    const blobs = new Map<string, string>()
    for (const { name, type, sha } of data.filter(isJsonObject)) {
      if (typeof name !== 'string') continue
      names.push(type === 'dir' ? `${name}/` : name)
      if (type === 'file' && typeof sha === 'string') blobs.set(name, sha)
    }
    return { names, blobs }
  } catch (thrown) {
    const status = statusOf(thrown)
    if (status === 403 || status === 404) return null
    throw thrown
  }
}
