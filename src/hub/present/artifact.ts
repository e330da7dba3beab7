import type { components } from '@octokit/openapi-types'
import { isoSeconds, type Millis } from '../../base/clock.ts'
import type { ArtifactRecord, RunRecord } from '../store/records.ts'
import { type Addresses, nodeId, repositoryApi } from './addresses.ts'
import { repositoryId } from './repository.ts'

export function presentArtifact(
  addresses: Addresses,
  artifact: ArtifactRecord,
  run: RunRecord | null,
  now: Millis,
): components['schemas']['artifact'] {
  const url = `${repositoryApi(addresses)}/actions/artifacts/${artifact.id}`
  return {
    id: artifact.id,
    node_id: nodeId('Artifact', artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.sizeBytes,
    url,
    archive_download_url: `${url}/zip`,
    expired: isExpired(artifact, now),
    created_at: artifact.createdAt,
    updated_at: artifact.createdAt,
    expires_at: artifact.expiresAt,
    digest: artifact.digest,
    workflow_run: run && {
      id: run.id,
      repository_id: repositoryId,
      head_repository_id: repositoryId,
      head_branch: run.headBranch,
      head_sha: run.headSha,
    },
  }
}

/** Both are ISO 8601 UTC with whole seconds, which sort as text. */
export function isExpired(artifact: ArtifactRecord, now: Millis): boolean {
  return artifact.expiresAt <= isoSeconds(now)
}
