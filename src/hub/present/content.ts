import type { PathContent, TreeEntry } from '../repository/repository.ts'
import { type Addresses, repositoryApi, repositoryPage } from './addresses.ts'

export interface ContentAnswer {
  readonly name: string
  readonly path: string
  readonly sha: string
  readonly size: number
  readonly type: TreeEntry['type']
  readonly url: string
  readonly html_url: string
  readonly git_url: string
  readonly download_url: string | null
  readonly encoding?: 'base64'
  readonly content?: string
}

/** A file with its bytes in base64, or a folder's entries without. */
export function presentContent(
  addresses: Addresses,
  { path, ref, content }: { readonly path: string; readonly ref: string; readonly content: PathContent },
): ContentAnswer | readonly ContentAnswer[] {
  if (content.type === 'dir') {
    return content.entries.map(entry => presentEntry(addresses, join(path, entry.name), ref, entry))
  }
  const name = path.split('/').at(-1) ?? path
  return {
    ...presentEntry(addresses, path, ref, { name, type: 'file', sha: content.sha }),
    size: content.size,
    encoding: 'base64',
    content: content.content?.toString('base64') ?? '',
  }
}

function presentEntry(addresses: Addresses, path: string, ref: string, entry: TreeEntry): ContentAnswer {
  const api = repositoryApi(addresses)
  const escaped = path.split('/').map(encodeURIComponent).join('/')
  return {
    name: entry.name,
    path,
    sha: entry.sha,
    size: 0,
    type: entry.type,
    url: `${api}/contents/${escaped}?ref=${encodeURIComponent(ref)}`,
    html_url: `${repositoryPage(addresses)}/blob/${ref}/${escaped}`,
    git_url: `${api}/git/blobs/${entry.sha}`,
    download_url: null,
  }
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
