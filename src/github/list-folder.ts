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
  if (found !== null) return { kind: 'entries', names: found }
  const isReadable = (await readEntries(client, '', ref)) !== null
  return isReadable ? { kind: 'entries', names: [] } : { kind: 'unknown' }
}

/** null: the answer is a refusal, or a file. */
async function readEntries(
  client: GitHubClient,
  path: string,
  ref: string,
): Promise<readonly string[] | null> {
  try {
    const { data } = await client.get(`/contents/${encodePath(path)}`, { ref })
    if (!Array.isArray(data)) return null
    return data.flatMap(entry => {
      const { name, type } = isJsonObject(entry) ? entry : {}
      return typeof name === 'string' ? [type === 'dir' ? `${name}/` : name] : []
    })
  } catch (thrown) {
    const status = statusOf(thrown)
    if (status === 403 || status === 404) return null
    throw thrown
  }
}
