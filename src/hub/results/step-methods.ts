import type { Conclusion, RunStatus } from '../../model/run.ts'
import {
  receiverService,
  stepUpdateService,
  wireStepConclusion,
  wireStepStatus,
} from '../../protocol/results-service.ts'
import { maskSecrets } from '../runner-service/mask.ts'
import { type BlobKind, findBlobOf } from '../store/blobs.ts'
import type { Database } from '../store/database.ts'
import type { StoredJob } from '../store/jobs.ts'
import { millisOf } from '../store/row.ts'
import { saveStep } from '../store/steps.ts'
import { cut, listOf, optional, shape, text, whole } from '../untrusted.ts'
import type { BlobStore } from './blobs.ts'
import { type Caller, type TwirpMethod, twirpMethod } from './twirp.ts'

/** Bytes; GitHub's limit of a summary, which the runner checks before it sends one (docs/protocol.md, "Step logs"). */
const softSizeLimit = String(1024 * 1024)

/** Any string but Azure's makes the runner send bare PUTs (docs/protocol.md, "Blobs"). */
const blobStorageType = 'BLOB_STORAGE_TYPE_UNSPECIFIED'

const stepsUpdate = shape({
  change_order: whole,
  steps: listOf(
    shape({
      external_id: text(100),
      number: optional(whole, 0),
      name: optional(cut(1024), ''),
      status: optional(whole, 0),
      conclusion: optional(whole, 0),
      started_at: optional(text(100), null),
      completed_at: optional(text(100), null),
    }),
    2000,
  ),
})

const ofStep = shape({ step_backend_id: text(100, 1) })
const anything = shape({})

/**
 * Steps, logs and summaries while a job runs (docs/protocol.md, "Results service" and "Step logs"). All best
 * effort: none decides how a job ends.
 */
export function stepMethods(
  db: Database,
  blobs: BlobStore,
  secretsOf: (job: StoredJob) => readonly string[],
): readonly TwirpMethod[] {
  const uploadUrl = ({ job }: Caller, kind: BlobKind, stepId: string): string => {
    const known = findBlobOf(db, { kind, jobId: job.id, stepId })
    return blobs.uploadUrl(known?.id ?? blobs.create(kind, job, stepId), job)
  }
  const storage = { blob_storage_type: blobStorageType, soft_size_limit: softSizeLimit }
  // What has arrived is readable at once, so the word that it is complete changes nothing.
  const received = (name: string): TwirpMethod =>
    twirpMethod(receiverService, name, anything, () => ({ ok: true }))

  return [
    twirpMethod(stepUpdateService, 'WorkflowStepsUpdate', stepsUpdate, ({ job }, { steps, change_order }) => {
      const secrets = secretsOf(job)
      db.transaction(() => {
        for (const step of steps) saveWireStep(db, job, step, change_order, secrets)
      })
      return { ok: true }
    }),
    twirpMethod(receiverService, 'GetStepLogsSignedBlobURL', ofStep, (caller, { step_backend_id }) => ({
      logs_url: uploadUrl(caller, 'step_log', step_backend_id),
      ...storage,
    })),
    twirpMethod(receiverService, 'GetJobLogsSignedBlobURL', anything, caller => ({
      logs_url: uploadUrl(caller, 'job_log', ''),
      ...storage,
    })),
    twirpMethod(receiverService, 'GetStepSummarySignedBlobURL', ofStep, (caller, { step_backend_id }) => ({
      summary_url: uploadUrl(caller, 'step_summary', step_backend_id),
      ...storage,
    })),
    received('CreateStepLogsMetadata'),
    received('CreateJobLogsMetadata'),
    received('CreateStepSummaryMetadata'),
  ]
}

type WireStepUpdate = ReturnType<typeof stepsUpdate>['steps'][number]

function saveWireStep(
  db: Database,
  job: StoredJob,
  step: WireStepUpdate,
  changeOrder: number,
  secrets: readonly string[],
): void {
  const change = {
    externalId: step.external_id,
    number: step.number,
    name: maskSecrets(step.name, secrets),
    status: statusOf(step.status),
    conclusion: conclusionOf(step.conclusion),
    startedMs: millisOf(step.started_at),
    completedMs: millisOf(step.completed_at),
  }
  saveStep(db, job.id, change, changeOrder)
}

function statusOf(wire: number): RunStatus {
  if (wire === wireStepStatus.completed) return 'completed'
  return wire === wireStepStatus.in_progress ? 'in_progress' : 'pending'
}

function conclusionOf(wire: number): Conclusion | null {
  switch (wire) {
    case wireStepConclusion.success:
      return 'success'
    case wireStepConclusion.failure:
      return 'failure'
    case wireStepConclusion.cancelled:
      return 'cancelled'
    case wireStepConclusion.skipped:
      return 'skipped'
    default:
      return null
  }
}
