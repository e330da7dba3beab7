import type { components } from '@octokit/openapi-types'
import type { AssetRecord } from '../store/release-assets.ts'
import type { ReleaseRecord } from '../store/releases.ts'
import { type Addresses, escapePath, nodeId, repositoryApi, repositoryPage } from './addresses.ts'
import { presentUser } from './user.ts'

export function presentRelease(
  addresses: Addresses,
  release: ReleaseRecord,
  assets: readonly AssetRecord[],
): components['schemas']['release'] {
  const api = repositoryApi(addresses)
  const url = `${api}/releases/${release.id}`
  const tag = escapePath(release.tagName)
  return {
    url,
    assets_url: `${url}/assets`,
    upload_url: `${uploadsApi(addresses)}/releases/${release.id}/assets{?name,label}`,
    html_url: `${repositoryPage(addresses)}/releases/tag/${pageTag(release)}`,
    id: release.id,
    author: presentUser(addresses, addresses.owner),
    node_id: nodeId('Release', release.id),
    tag_name: release.tagName,
    target_commitish: release.targetCommitish,
    name: release.name,
    draft: release.draft,
    immutable: false,
    prerelease: release.prerelease,
    created_at: release.createdAt,
    updated_at: release.updatedAt,
    published_at: release.publishedAt,
    assets: assets.map(asset => presentAsset(addresses, release, asset)),
    tarball_url: release.draft ? null : `${api}/tarball/${tag}`,
    zipball_url: release.draft ? null : `${api}/zipball/${tag}`,
    body: release.body,
  }
}

export function presentAsset(
  addresses: Addresses,
  release: ReleaseRecord,
  asset: AssetRecord,
): components['schemas']['release-asset'] {
  return {
    url: `${repositoryApi(addresses)}/releases/assets/${asset.id}`,
    id: asset.id,
    node_id: nodeId('ReleaseAsset', asset.id),
    name: asset.name,
    label: asset.label,
    uploader: presentUser(addresses, addresses.owner),
    content_type: asset.contentType,
    state: 'uploaded',
    size: asset.sizeBytes,
    digest: asset.digest,
    download_count: asset.downloadCount,
    created_at: asset.createdAt,
    updated_at: asset.updatedAt,
    browser_download_url: `${repositoryPage(addresses)}/releases/download/${pageTag(release)}/${asset.name}`,
  }
}

/** A draft has no tag yet, so its page is named otherwise. */
function pageTag(release: ReleaseRecord): string {
  return release.draft ? `untagged-${release.id}` : escapePath(release.tagName)
}

/** GHES takes uploads below `/api/uploads`; where the API has no prefix, as on api.github.com, they go to the API itself. */
function uploadsApi(addresses: Addresses): string {
  return repositoryApi(addresses).replace('/api/v3/', '/api/uploads/')
}
