import type { Millis } from '../../base/clock.ts'
import { artifactService } from '../../protocol/results-service.ts'
import {
  artifactsOfRun,
  completeArtifact,
  deleteArtifact,
  findArtifact,
  findArtifactOfAttempt,
  insertArtifact,
  type StoredArtifact,
} from '../store/artifacts.ts'
import type { Database } from '../store/database.ts'
import { findJob } from '../store/jobs.ts'
import { millisOf } from '../store/row.ts'
import { Malformed, optional, shape, text, whole } from '../untrusted.ts'
import type { BlobStore } from './blobs.ts'
import { type Caller, refused, type TwirpMethod, type TwirpRefusal, twirpMethod } from './twirp.ts'

const day = 24 * 3600 * 1000

const name = text(255, 1)
const createRequest = shape({
  name,
  expires_at: optional(text(100), null),
  mime_type: optional(mediaType, null),
})
const finalizeRequest = shape({ name, size: optional(whole, 0), hash: optional(sha256, null) })
const listRequest = shape({ name_filter: optional(text(255), null), id_filter: optional(whole, null) })
const nameRequest = shape({ name })

/**
 * Artifacts, as `@actions/artifact` asks for them (docs/protocol.md, "Artifacts"); kept for `retentionDays`, or
 * shorter if asked to.
 */
export function artifactMethods(
  db: Database,
  blobs: BlobStore,
  retentionDays: () => number,
): readonly TwirpMethod[] {
  return [
    twirpMethod(artifactService, 'CreateArtifact', createRequest, (caller, request) => {
      if (!isNewName(request.name)) {
        return refused('invalid_argument', `an artifact cannot be named ${JSON.stringify(request.name)}`)
      }
      const rival = findArtifactOfAttempt(db, caller.run, request.name)
      if (rival && !mayReplace(db, caller, rival)) {
        return refused('already_exists', `an artifact named '${request.name}' already exists in this run`)
      }
      const blobId = db.transaction(() => {
        if (rival) deleteArtifact(db, rival.id)
        const id = blobs.create('artifact', caller.job)
        insertArtifact(db, newArtifact(caller, request, { id, longestMs: retentionDays() * day }), caller.now)
        return id
      })
      if (rival) blobs.remove(rival.blobId)
      return { ok: true, signed_upload_url: blobs.uploadUrl(blobId, caller.job) }
    }),
    twirpMethod(artifactService, 'FinalizeArtifact', finalizeRequest, async (caller, request) => {
      const artifact = findArtifactOfAttempt(db, caller.run, request.name)
      if (artifact?.jobId !== caller.job.id) return unknown(request.name)
      const problem = artifact.whole ? null : await contentProblem(blobs, artifact, request)
      if (problem) return refused('invalid_argument', problem)
      completeArtifact(db, artifact.id, { size: request.size, digest: request.hash })
      return { ok: true, artifact_id: String(artifact.id) }
    }),
    twirpMethod(artifactService, 'ListArtifacts', listRequest, ({ run }, request) => {
      const wanted = artifactsOfRun(db, run.id).filter(
        artifact =>
          (!request.name_filter || artifact.name === request.name_filter) &&
          (!request.id_filter || artifact.id === request.id_filter),
      )
      return { artifacts: wanted.map(artifact => listed(db, run.planId, artifact)) }
    }),
    ofAnyJob('GetSignedArtifactURL', ({ run }, request) => {
      const artifact = findArtifact(db, run.id, request.name)
      if (!artifact) return unknown(request.name)
      const { contentType } = artifact
      const fileName = contentType === 'application/zip' ? `${artifact.name}.zip` : artifact.name
      return { signed_url: blobs.downloadUrl(artifact.blobId, { contentType, fileName }) }
    }),
    ofAnyJob('DeleteArtifact', ({ run }, request) => {
      const artifact = findArtifact(db, run.id, request.name)
      if (!artifact) return unknown(request.name)
      removeArtifact(db, blobs, artifact)
      return { ok: true, artifact_id: String(artifact.id) }
    }),
  ]
}

export function removeArtifact(
  db: Database,
  blobs: BlobStore,
  artifact: Pick<StoredArtifact, 'id' | 'blobId'>,
): void {
  deleteArtifact(db, artifact.id)
  blobs.remove(artifact.blobId)
}

/** On an artifact of the run, whichever job made it: clients name that job, as the list told them. */
function ofAnyJob(
  method: string,
  handle: (caller: Caller, request: ReturnType<typeof nameRequest>) => object,
): TwirpMethod {
  return twirpMethod(artifactService, method, nameRequest, handle, 'run')
}

/** An upload that never ended gives way to its own job's second try, and to anyone once its job is over. */
function mayReplace(db: Database, { job }: Caller, rival: StoredArtifact): boolean {
  if (rival.whole) return false
  return rival.jobId === job.id || findJob(db, rival.jobId)?.status === 'completed'
}

function newArtifact(
  { job, run, now }: Caller,
  request: ReturnType<typeof createRequest>,
  blob: { readonly id: string; readonly longestMs: number },
) {
  const longest: Millis = now + blob.longestMs
  const expiresMs = Math.min(longest, millisOf(request.expires_at) ?? longest)
  const contentType = request.mime_type ?? 'application/zip'
  return {
    runId: run.id,
    attempt: run.runAttempt,
    jobId: job.id,
    name: request.name,
    blobId: blob.id,
    contentType,
    expiresMs,
  }
}

/** Why what was uploaded is not what the client meant to upload; null when it is. */
async function contentProblem(
  blobs: BlobStore,
  artifact: StoredArtifact,
  { size, hash }: ReturnType<typeof finalizeRequest>,
): Promise<string | null> {
  const stored = await blobs.files.size(artifact.blobId)
  if (stored === null) return `nothing was uploaded for '${artifact.name}'`
  if (stored !== size) return `'${artifact.name}' should have ${size} bytes, ${stored} arrived`
  if (!hash) return null
  const digest = `sha256:${await blobs.files.sha256(artifact.blobId)}`
  return digest === hash ? null : `'${artifact.name}' arrived with other bytes than were sent`
}

function listed(db: Database, planId: string, artifact: StoredArtifact): object {
  return {
    workflow_run_backend_id: planId,
    workflow_job_run_backend_id: findJob(db, artifact.jobId)?.backendId ?? '',
    database_id: String(artifact.id),
    name: artifact.name,
    size: String(artifact.sizeBytes),
    created_at: artifact.createdAt,
    ...(artifact.digest ? { digest: artifact.digest } : {}),
  }
}

function unknown(artifactName: string): TwirpRefusal {
  return refused('not_found', `this run has no artifact named '${artifactName}'`)
}

/** What `@actions/artifact` takes for a name: clients make folders of them, `gh run download` without another look. */
function isNewName(text: string): boolean {
  return text.isWellFormed() && !/[":<>|*?\\/\p{Cc}]|^\.{1,2}$/u.test(text)
}

/** Served as the `Content-Type` of what was uploaded with it. */
export function mediaType(value: unknown): string {
  const given = text(255)(value)
  if (!/^[\w.+-]+\/[\w.+-]+( *;[\x20-\x7e]*)?$/.test(given)) throw new Malformed('media type')
  return given
}

function sha256(value: unknown): string {
  const digest = text(100)(value).toLowerCase()
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Malformed('sha256')
  return digest
}
