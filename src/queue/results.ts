import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RelayError, systemErrorCode } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import { unzip } from '../base/unzip.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { LedgerAttempt, LedgerJob } from '../ledger/records.ts'
import { largestFile } from '../model/relayed-file.ts'
import { type JobResult, resultArtifactName } from '../model/result.ts'
import type { Run } from '../model/run.ts'
import { type QueueContext, timestamp } from './context.ts'
import { fileOfFormat } from './format-file.ts'
import { readJobResult } from './result-file.ts'
import { openScratchFolder } from './scratch-folder.ts'
import type { Observation, Subject } from './subject.ts'

/** As much as can be sent along as the input of the next job; a kind whose files may be larger bounds them itself. */
const limits = { maxBytes: largestFile, maxEntries: 1_000 }

export type ResultOutcome =
  | {
      readonly kind: 'ready'
      readonly subject: Subject
      readonly result: JobResult
      readonly directory: string
      /** The file of the format asked for; null when none was. */
      readonly path: string | null
    }
  | { readonly kind: 'not_finished'; readonly subject: Subject }
  /** It ended without leaving a result. */
  | { readonly kind: 'none'; readonly subject: Subject }

/** The result of a job or run: from the local copy, fetched once. Throws `invalid_input` for a format it does not have. */
export async function readResult(
  context: QueueContext,
  { subject, isFinal }: Observation,
  format: string | null,
): Promise<ResultOutcome> {
  if (!isFinal) return { kind: 'not_finished', subject }
  const fetched =
    subject.kind === 'run'
      ? await fetchRunResult(context, subject.run)
      : await fetchNewestResult(context, subject.job)
  if (!fetched) return { kind: 'none', subject }
  const { result, directory } = fetched
  return {
    kind: 'ready',
    subject,
    result,
    directory,
    path: format === null ? null : await fileOfFormat(directory, result, format),
  }
}

interface FetchedResult {
  readonly result: JobResult
  readonly directory: string
}

async function fetchNewestResult(context: QueueContext, job: LedgerJob): Promise<FetchedResult | null> {
  const attempt = context.ledger.newestAttempt(job.id)
  return attempt && fetchResult(context, attempt)
}

/** Of a run nobody submitted here. A hub that was set up anew counts its runs from 1 again: its time tells them apart. */
async function fetchRunResult(context: QueueContext, run: Run): Promise<FetchedResult | null> {
  const identity = `${context.broker.id} ${run.id} ${run.createdAt}`
  const name = createHash('sha256').update(identity).digest('hex').slice(0, 16)
  return keepResult(context, run.id, directoryOf(context, `run-${name}`))
}

/**
 * Brings the result artifact of the attempt's run to `results/<job id>/<run id>/` and keeps what its runner said of itself.
 * The copy that is there is not fetched again. null: the run left no result.
 */
export async function fetchResult(
  context: QueueContext,
  attempt: LedgerAttempt,
): Promise<FetchedResult | null> {
  const known = await readKnownResult(context.ledger, attempt)
  if (known || attempt.runId === null) return known
  const directory = join(directoryOf(context, attempt.jobId), `${attempt.runId}`)
  const kept = await keepResult(context, attempt.runId, directory)
  if (!kept) return null
  recordResult(context, attempt, kept)
  if (context.removesArtifacts && kept.artifactId !== null) {
    await removeArtifact(context, attempt.jobId, kept.artifactId)
  }
  return kept
}

/** It is kept here: one that cannot be removed goes when its time is over. */
async function removeArtifact(context: QueueContext, jobId: string, artifactId: number): Promise<void> {
  try {
    await context.broker.removeArtifact(artifactId)
  } catch (error) {
    if (!(error instanceof RelayError)) throw error
    const detail = { message: error.message }
    context.ledger.appendEvent(jobId, 'artifact_not_removed', detail, timestamp(context))
  }
}

/** The copy of the attempt's result that was fetched before; null where there is none. */
export async function readKnownResult(ledger: Ledger, attempt: LedgerAttempt): Promise<FetchedResult | null> {
  const known = ledger.findResult(attempt.jobId)
  const result = known?.attemptId === attempt.id ? await readKept(known.directory) : null
  return known && result && { result, directory: known.directory }
}

interface KeptResult extends FetchedResult {
  /** Where it was brought from; null: it was there. */
  readonly artifactId: number | null
}

/** The result of a run from its folder, brought there if need be. Another process may do so at any moment. */
async function keepResult(
  context: QueueContext,
  runId: number,
  directory: string,
): Promise<KeptResult | null> {
  const kept = async (): Promise<KeptResult | null> => {
    const result = await readKept(directory)
    return result && { result, directory, artifactId: null }
  }
  try {
    // Who brings it may remove it from the broker: it is there then, if it is not at the broker.
    return (await kept()) ?? (await bring(context, runId, directory)) ?? (await kept())
  } catch (error) {
    const theirs = await kept()
    if (theirs) return theirs
    throw error
  }
}

/** Downloads and unpacks a run's result artifact into `directory`, whole or not at all. null: the run left none. */
async function bring(context: QueueContext, runId: number, directory: string): Promise<KeptResult | null> {
  const artifact = await findArtifact(context, runId)
  if (artifact === null) return null
  const results = join(context.dataDir, 'results')
  await using scratch = await openScratchFolder(results, '.fetching-', context.clock())
  const archive = join(scratch.path, 'result.zip')
  const unpacked = join(scratch.path, 'files')
  await context.broker.downloadArtifact(artifact, archive)
  await mkdir(unpacked, { mode: 0o700 })
  await unzip(archive, unpacked, limits)
  const result = await readKept(unpacked)
  if (!result) throw new RelayError('download_failed', `The result of run ${runId} has no valid result.json.`)
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 })
  await moveFolder(unpacked, directory)
  return { result, directory, artifactId: artifact }
}

function recordResult(
  context: QueueContext,
  { id: attemptId, jobId, runId, runnerName: runner }: LedgerAttempt,
  { result, directory }: FetchedResult,
): void {
  const { broker, ledger } = context
  const now = timestamp(context)
  const isNew = ledger.recordResult({ jobId, attemptId, runId, directory, result, now })
  if (!isNew || runner === null) return
  const { name: _, ...facts } = result.runner
  ledger.recordFacts(broker.id, runner, { ...facts, reportedAt: now })
  const speed = speedOf(result)
  const { kind } = ledger.getJob(jobId) ?? {}
  if (speed !== null && kind !== undefined) ledger.recordSpeed({ broker: broker.id, runner, kind, speed })
}

/** What a machine says of its own speed is believed within these: seconds of work per second of media. */
const believed = { least: 0.0001, most: 1_000 }

/** null where the work was not done, or was not measured. */
function speedOf({ status, timing, media }: JobResult): number | null {
  const speed = (timing?.workSeconds ?? 0) / (media?.durationSeconds ?? 0)
  return status === 'succeeded' && speed >= believed.least && speed <= believed.most ? speed : null
}

async function findArtifact({ broker }: QueueContext, runId: number): Promise<number | null> {
  const artifacts = await broker.listArtifacts(runId)
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

/** Another process may have put the same result there: then its copy stays, which may be read already. What is no result makes way. */
async function moveFolder(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
    if (await readKept(to)) return
    await rm(to, { recursive: true, force: true })
    await rename(from, to)
  }
}

function directoryOf({ dataDir }: QueueContext, name: string): string {
  return join(dataDir, 'results', name)
}
