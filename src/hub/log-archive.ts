import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { ZipFile } from 'yazl'
import { asError } from '../base/errors.ts'
import { allItems } from './pagination.ts'
import type { HubReader, JobRecord, RunRecord } from './store/records.ts'

/**
 * The logs of one attempt of a run as GitHub packs them: `<n>_<job>.txt` for each whole job, and `<job>/<step number>_<step>.txt` for each
 * step. Streamed: one log at a time is open.
 */
export function zipRunLogs(
  reader: HubReader,
  run: Pick<RunRecord, 'id' | 'runAttempt'>,
): ReadableStream<Uint8Array> {
  const zip = new ZipFile()
  const output = new Readable().wrap(zip.outputStream)
  addLogs(zip, reader, run).then(
    () => zip.end(),
    thrown => output.destroy(asError(thrown)),
  )
  return Readable.toWeb(output) as ReadableStream<Uint8Array>
}

async function addLogs(
  zip: ZipFile,
  reader: HubReader,
  { id, runAttempt }: Pick<RunRecord, 'id' | 'runAttempt'>,
): Promise<void> {
  const jobs = allItems(page => reader.listJobs(id, page, runAttempt))
  for (const [index, job] of jobs.entries()) await addJob(zip, reader, job, index)
}

async function addJob(zip: ZipFile, reader: HubReader, job: JobRecord, index: number): Promise<void> {
  const folder = fileName(job.name)
  await add(zip, `${index}_${folder}.txt`, await reader.openJobLog(job.id))
  for (const step of reader.listSteps(job.id)) {
    const log = await reader.openStepLog(job.id, step.externalId)
    await add(zip, `${folder}/${step.number}_${fileName(step.name)}.txt`, log)
  }
}

async function add(zip: ZipFile, path: string, log: ReadableStream<Uint8Array> | null): Promise<void> {
  if (!log) return
  const source = Readable.fromWeb(log as NodeReadableStream<Uint8Array>)
  const read = new Promise<void>((resolve, reject) => source.once('end', resolve).once('error', reject))
  zip.addReadStream(source, path)
  await read
}

/** Names come from workflow files: no separators, no control characters, no leading dots. */
function fileName(name: string): string {
  const safe = name.replaceAll(/[\p{Cc}/\\:*?"<>|]/gu, '').replace(/^\.+/, '')
  return safe.trim().slice(0, 90) || 'unnamed'
}
