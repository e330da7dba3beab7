import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type BlobRow, blobsOfSteps, findBlobOf } from '../store/blobs.ts'
import type { Database } from '../store/database.ts'
import { findJob, type StoredJob } from '../store/jobs.ts'
import type { HubReader } from '../store/records.ts'
import type { BlobFiles } from './blob-files.ts'
import { maskStream } from './mask-stream.ts'

type LogReader = Pick<HubReader, 'openJobLog' | 'openStepLog' | 'readSummary'>

const newline = 0x0a

/** Logs and summaries as they may be shown: with the job's own tokens masked once more. */
export function createLogReader(
  db: Database,
  files: BlobFiles,
  secretsOf: (job: StoredJob) => readonly string[],
): LogReader {
  const open = async (job: StoredJob, blobs: readonly BlobRow[]): Promise<Readable | null> => {
    const filled = await withContent(files, blobs)
    if (filled.length === 0) return null
    const stream = Readable.from(joined(files, filled))
    const masked = maskStream(secretsOf(job))
    stream.on('error', error => masked.destroy(error))
    masked.on('close', () => stream.destroy())
    return stream.pipe(masked)
  }

  return {
    async openJobLog(jobId) {
      const job = findJob(db, jobId)
      if (!job) return null
      const whole = job.status === 'completed' ? findBlobOf(db, { kind: 'job_log', jobId, stepId: '' }) : null
      const stream =
        (whole && (await open(job, [whole]))) ?? (await open(job, blobsOfSteps(db, jobId, 'step_log')))
      return stream && toWeb(stream)
    },
    async openStepLog(jobId, stepExternalId) {
      const job = findJob(db, jobId)
      const blob = findBlobOf(db, { kind: 'step_log', jobId, stepId: stepExternalId })
      const stream = job && blob && (await open(job, [blob]))
      return stream && toWeb(stream)
    },
    async readSummary(jobId) {
      const job = findJob(db, jobId)
      const stream = job && (await open(job, blobsOfSteps(db, jobId, 'step_summary')))
      return stream ? await text(stream) : ''
    },
  }
}

async function withContent(files: BlobFiles, blobs: readonly BlobRow[]): Promise<readonly BlobRow[]> {
  const sizes = await Promise.all(blobs.map(blob => files.size(blob.id)))
  return blobs.filter((_, index) => (sizes[index] ?? 0) > 0)
}

/** One after the other, each on lines of its own. Opened in turn, so that a job of many steps needs one file handle. */
async function* joined(files: BlobFiles, blobs: readonly BlobRow[]): AsyncGenerator<Buffer> {
  let last = newline
  for (const blob of blobs) {
    if (last !== newline) yield Buffer.from('\n')
    for await (const chunk of files.read(blob.id) as AsyncIterable<Buffer>) {
      last = chunk.at(-1) ?? last
      yield chunk
    }
  }
}

function toWeb(stream: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>
}
