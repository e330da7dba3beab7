import type { components } from '@octokit/openapi-types'
import type { ListedEntry, Tag, TreeListing } from '../repository/repository.ts'
import { type Addresses, repositoryApi } from './addresses.ts'
import { textId, unverified } from './git.ts'

type Schemas = components['schemas']

export function presentBlob(
  addresses: Addresses,
  { sha, content }: { readonly sha: string; readonly content: Buffer },
): Schemas['blob'] {
  const encoded = { size: content.length, content: content.toString('base64'), encoding: 'base64' }
  return { ...shortBlob(addresses, sha), node_id: textId('Blob', sha), ...encoded }
}

export function shortBlob(addresses: Addresses, sha: string): Schemas['short-blob'] {
  return { sha, url: objectUrl(addresses, 'blob', sha) }
}

export function presentTree(
  addresses: Addresses,
  { sha, entries, truncated }: TreeListing,
): Schemas['git-tree'] & { readonly url: string } {
  const url = objectUrl(addresses, 'tree', sha)
  return { sha, url, tree: entries.map(entry => presentEntry(addresses, entry)), truncated }
}

/** A submodule's commit is in another repository: it has no address here. */
function presentEntry(addresses: Addresses, entry: ListedEntry): Schemas['git-tree']['tree'][number] {
  const { path, mode, type, sha, size } = entry
  const sized = { path, mode, type, sha, ...(size === null ? {} : { size }) }
  return type === 'commit' ? sized : { ...sized, url: objectUrl(addresses, type, sha) }
}

export function presentTagObject(addresses: Addresses, tag: Tag): Schemas['git-tag'] {
  const { sha, name, message, tagger, target } = tag
  return {
    node_id: textId('Tag', sha),
    tag: name,
    sha,
    url: objectUrl(addresses, 'tag', sha),
    message,
    tagger,
    object: { ...target, url: objectUrl(addresses, target.type, target.sha) },
    verification: unverified,
  }
}

function objectUrl(addresses: Addresses, type: string, sha: string): string {
  return `${repositoryApi(addresses)}/git/${type}s/${sha}`
}
