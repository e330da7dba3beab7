import type { components } from '@octokit/openapi-types'
import type { PathContent, TreeEntry } from '../repository/repository.ts'
import { type Addresses, escapePath, repositoryApi, repositoryPage } from './addresses.ts'

type File = components['schemas']['content-file']
type Folder = components['schemas']['content-directory']

/** A file with its bytes in base64, or a folder's entries without. */
export function presentContent(
  addresses: Addresses,
  { path, ref, content }: { readonly path: string; readonly ref: string; readonly content: PathContent },
): File | Folder {
  if (content.type === 'dir') {
    return content.entries.map(entry => presentEntry(addresses, join(path, entry.name), ref, entry))
  }
  const name = path.split('/').at(-1) ?? path
  return {
    ...presentEntry(addresses, path, ref, { name, type: 'file', sha: content.sha }),
    type: 'file',
    size: content.size,
    encoding: 'base64',
    content: content.content?.toString('base64') ?? '',
  }
}

/** git's trees name no sizes: in a folder's list every entry has 0. */
function presentEntry(addresses: Addresses, path: string, ref: string, entry: TreeEntry): Folder[number] {
  const api = repositoryApi(addresses)
  const escaped = escapePath(path)
  const links = {
    self: `${api}/contents/${escaped}?ref=${encodeURIComponent(ref)}`,
    git: `${api}/git/${entry.type === 'dir' ? 'trees' : 'blobs'}/${entry.sha}`,
    html: `${repositoryPage(addresses)}/blob/${ref}/${escaped}`,
  }
  return {
    name: entry.name,
    path,
    sha: entry.sha,
    size: 0,
    type: entry.type,
    url: links.self,
    html_url: links.html,
    git_url: links.git,
    download_url: null,
    _links: links,
  }
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
