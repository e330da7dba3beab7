import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RelayError, systemErrorCode } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import type { LedgerAttempt, LedgerJob } from '../ledger/records.ts'
import { isFinalJobState } from '../model/job.ts'
import { type JobResult, resultArtifactName } from '../model/result.ts'
import { type QueueContext, timestamp } from './context.ts'
import { readJobResult } from './result-file.ts'
import { unzip } from './unzip.ts'

/** Transcripts and their like: text. What is larger is no result of ours. */
const limits = { maxBytes: 512 * 1024 * 1024, maxFiles: 1_000 }

export type ResultOutcome =
  | {
      readonly kind: 'ready'
      readonly job: LedgerJob
      readonly result: JobResult
      readonly directory: string
      /** The file of the format asked for; null when none was. */
      readonly path: string | null
    }
  | { readonly kind: 'not_finished'; readonly job: LedgerJob }
  /** The job ended without leaving a result. */
  | { readonly kind: 'none'; readonly job: LedgerJob }

/** A job's result: from the local copy, fetched once. Throws `invalid_input` for a format the result does not have. */
export async function readResult(
  context: QueueContext,
  job: LedgerJob,
  format: string | null,
): Promise<ResultOutcome> {
  if (!isFinalJobState(job.state)) return { kind: 'not_finished', job }
  const attempt = context.ledger.newestAttempt(job.id)
  const result = attempt ? await fetchResult(context, attempt) : null
  if (!result) return { kind: 'none', job }
  const directory = directoryOf(context, job.id)
  return {
    kind: 'ready',
    job,
    result,
    directory,
    path: format === null ? null : pathOf(directory, result, format),
  }
}

/**
 * Brings the attempt's result artifact to `results/<job id>/`, whole or not at all, and keeps what its runner said of
 * itself. The copy that is there is not fetched again. null: the run left no result.
 */
export async function fetchResult(context: QueueContext, attempt: LedgerAttempt): Promise<JobResult | null> {
  const known = context.ledger.findResult(attempt.jobId)
  const kept = known?.attemptId === attempt.id ? await readKept(known.directory) : null
  if (kept) return kept
  const artifact = await findArtifact(context, attempt)
  if (artifact === null) return null
  const results = join(context.dataDir, 'results')
  await mkdir(results, { recursive: true, mode: 0o700 })
  const scratch = await mkdtemp(join(results, '.fetching-'))
  try {
    const archive = join(scratch, 'result.zip')
    const unpacked = join(scratch, 'files')
    await context.broker.downloadArtifact(artifact, archive)
    await mkdir(unpacked, { mode: 0o700 })
    await unzip(archive, unpacked, limits)
    const result = await readKept(unpacked)
    if (!result)
      throw new RelayError('download_failed', `The result of ${attempt.id} has no valid result.json.`)
    const directory = directoryOf(context, attempt.jobId)
    await replaceFolder(unpacked, directory)
    recordResult(context, attempt, directory, result)
    return result
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function recordResult(
  context: QueueContext,
  attempt: LedgerAttempt,
  directory: string,
  result: JobResult,
): void {
  const { broker, ledger } = context
  const now = timestamp(context)
  ledger.recordResult({ jobId: attempt.jobId, attemptId: attempt.id, directory, result, now })
  if (attempt.runnerName === null) return
  const { ffmpeg, memoryMb, cores } = result.runner
  ledger.recordFacts(broker.id, attempt.runnerName, { ffmpeg, memoryMb, cores, reportedAt: now })
}

async function findArtifact({ broker }: QueueContext, attempt: LedgerAttempt): Promise<number | null> {
  if (attempt.runId === null) return null
  const artifacts = await broker.listArtifacts(attempt.runId)
  return artifacts.find(({ name, expired }) => name === resultArtifactName && !expired)?.id ?? null
}

async function readKept(directory: string): Promise<JobResult | null> {
  try {
    return readJobResult(parseJson(await readFile(join(directory, 'result.json'), 'utf8')))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}

/** Another process may put the same result there at the same time: then its copy stays. */
async function replaceFolder(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true })
  try {
    await rename(from, to)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
  }
}

function pathOf(directory: string, result: JobResult, format: string): string {
  const name = Object.hasOwn(result.files, format) ? result.files[format] : undefined
  if (name !== undefined) return join(directory, name)
  const formats = Object.keys(result.files)
  throw new RelayError('invalid_input', `The result has no format ${JSON.stringify(format)}.`, {
    hint: formats.length > 0 ? `It has: ${formats.join(', ')}.` : 'It has no files, only result.json.',
  })
}

function directoryOf({ dataDir }: QueueContext, jobId: string): string {
  return join(dataDir, 'results', jobId)
}
