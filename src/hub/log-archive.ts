import { addAbortSignal, Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { asError } from '../base/errors.ts'
import { allItems } from './pagination.ts'
import type { HubReader, JobRecord, RunRecord } from './store/records.ts'
import { type StreamedZip, startZip } from './streamed-zip.ts'

type LogReader = Pick<HubReader, 'listJobs' | 'listSteps' | 'openJobLog' | 'openStepLog'>

/**
 * The logs of one attempt of a run as GitHub packs them: `<n>_<job>.txt` for each whole job, and `<job>/<step number>_<step>.txt` for each
 * step. Streamed: one log at a time is open. A log that cannot be read breaks the archive off.
 */
export function zipRunLogs(
  reader: LogReader,
  run: Pick<RunRecord, 'id' | 'runAttempt'>,
): ReadableStream<Uint8Array> {
  const zip = startZip()
  addLogs(zip, reader, run).then(
    () => zip.end(),
    thrown => zip.output.destroy(asError(thrown)),
  )
  return Readable.toWeb(zip.output) as ReadableStream<Uint8Array>
}

async function addLogs(
  zip: StreamedZip,
  reader: LogReader,
  { id, runAttempt }: Pick<RunRecord, 'id' | 'runAttempt'>,
): Promise<void> {
  const jobs = allItems(page => reader.listJobs(id, page, runAttempt))
  for (const [index, job] of jobs.entries()) await addJob(zip, reader, job, index)
}

async function addJob(zip: StreamedZip, reader: LogReader, job: JobRecord, index: number): Promise<void> {
  const folder = fileName(job.name)
  await add(zip, `${index}_${folder}.txt`, await reader.openJobLog(job.id))
  for (const step of reader.listSteps(job.id)) {
    const log = await reader.openStepLog(job.id, step.externalId)
    await add(zip, `${folder}/${step.number}_${fileName(step.name)}.txt`, log)
  }
}

/** Until the log is read, or nobody wants it any more. */
async function add(zip: StreamedZip, path: string, log: ReadableStream<Uint8Array> | null): Promise<void> {
  if (!log) return
  const source = addAbortSignal(zip.gone, Readable.fromWeb(log as NodeReadableStream<Uint8Array>))
  zip.add(source, path)
  await finished(source)
}

/** Names come from workflow files: no separators, no control characters, no leading dots. */
function fileName(name: string): string {
  const safe = name.replaceAll(/[\p{Cc}/\\:*?"<>|]/gu, '').replace(/^\.+/, '')
  return safe.trim().slice(0, 90) || 'unnamed'
}
