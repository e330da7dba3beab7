import assert from 'node:assert/strict'
import {
  artifactService,
  cacheService,
  receiverService,
  stepUpdateService,
} from '../../src/protocol/results-service.ts'
import type { TestJob } from './protocol-runner.ts'

/**
 * Says what a worker says of a step: `status` and `conclusion` as numbers on the wire
 * (docs/protocol.md, "Results service").
 */
export async function reportStep(
  job: TestJob,
  step: { readonly id: string; readonly name: string; readonly status: number; readonly conclusion: number },
): Promise<void> {
  const { id, name, status, conclusion } = step
  const started_at = '2026-11-23T20:57:45Z'
  const update = { external_id: id, number: 1, name, status, conclusion, started_at }
  const answer = await job.twirp(stepUpdateService, 'WorkflowStepsUpdate', {
    steps: [update],
    change_order: 1,
  })
  assert.deepEqual(answer, { status: 200, body: { ok: true } })
}

export async function uploadStepLog(job: TestJob, stepId: string, log: string): Promise<void> {
  await upload(job, 'GetStepLogsSignedBlobURL', 'logs_url', stepId, log)
}

export async function uploadSummary(job: TestJob, stepId: string, markdown: string): Promise<void> {
  await upload(job, 'GetStepSummarySignedBlobURL', 'summary_url', stepId, markdown)
}

export async function uploadArtifact(job: TestJob, name: string, bytes: Buffer): Promise<void> {
  const { body } = await job.twirp(artifactService, 'CreateArtifact', { name, version: 4 })
  const { signed_upload_url } = body as { signed_upload_url: string }
  await fetch(signed_upload_url, { method: 'PUT', body: new Uint8Array(bytes) })
  const finalized = await job.twirp(artifactService, 'FinalizeArtifact', { name, size: String(bytes.length) })
  assert.equal(finalized.status, 200)
}

/** Of version `v`. */
export async function uploadCache(job: TestJob, key: string, content = 'bytes'): Promise<void> {
  const { body } = await job.twirp(cacheService, 'CreateCacheEntry', { key, version: 'v' })
  const { signed_upload_url } = body as { signed_upload_url: string }
  await fetch(signed_upload_url, { method: 'PUT', body: content })
  const entry = { key, version: 'v', size_bytes: String(content.length) }
  assert.equal((await job.twirp(cacheService, 'FinalizeCacheEntryUpload', entry)).status, 200)
}

async function upload(
  job: TestJob,
  method: string,
  member: string,
  stepId: string,
  body: string,
): Promise<void> {
  const { body: answer } = await job.twirp(receiverService, method, { step_backend_id: stepId })
  const url = (answer as Record<string, string>)[member] ?? ''
  const stored = await fetch(url, { method: 'PUT', body })
  assert.equal(stored.ok, true)
}
