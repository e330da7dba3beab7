import { asError } from '../../base/errors.ts'
import { killMarked } from '../../base/process-tree.ts'
import {
  type FromWorker,
  type ToWorker,
  trackingVariable,
  type WorkerJob,
} from '../../protocol/worker-ipc.ts'
import { removeFolder } from '../folders.ts'
import { runJob } from './job-runner.ts'

/**
 * The process of one job. It waits for its job 30 s, runs it, says how it ended, and exits. When its listener is gone
 * nobody can cancel it or renew its lock any more, so it ends everything the job started and reports nothing.
 */

const patienceMs = 30_000
/** What an abandoned job's processes get between TERM and KILL. */
const abandonedGraceMs = 2500

const cancel = new AbortController()
const abandoned = new AbortController()
const runnerStops = new AbortController()
let job: WorkerJob | null = null
const patience = setTimeout(() => process.exit(1), patienceMs)

process.on('disconnect', abandon)
process.on('message', received => {
  const message = received as ToWorker
  if (message.type === 'cancel') {
    if (message.by === 'runner') runnerStops.abort()
    cancel.abort()
  } else if (message.type === 'shutdown') abandon()
  else if (job === null) {
    clearTimeout(patience)
    job = message.job
    void work(message.job)
  }
})
// A terminal's Ctrl+C reaches the whole group; the listener decides what it means for the job.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
// The listener reads stderr; when it is gone, so is the reader.
process.stderr.on('error', () => {})

async function work(current: WorkerJob): Promise<void> {
  try {
    const end = await runJob(current, {
      cancel: cancel.signal,
      abandoned: abandoned.signal,
      runnerStops: runnerStops.signal,
    })
    if (abandoned.signal.aborted) return
    tell({ type: 'finished', ...end }, () => process.exit(0))
  } catch (thrown) {
    if (abandoned.signal.aborted) return
    process.stderr.write(`${asError(thrown).stack}\n`, () => process.exit(1))
  }
}

function tell(message: FromWorker, then: () => void): void {
  if (process.send) process.send(message, undefined, {}, then)
  else then()
}

/** The sweep runs twice: a step may start a process while the first is under way. */
function abandon(): void {
  if (abandoned.signal.aborted) return
  abandoned.abort()
  if (job === null) process.exit(0)
  const { jobDir, message } = job
  const marker = { name: trackingVariable, value: message.jobId }
  void killMarked(marker, { graceMs: abandonedGraceMs })
    .then(() => killMarked(marker, { graceMs: 0 }))
    .then(() => removeFolder(jobDir))
    .catch((thrown: unknown) => process.stderr.write(`${asError(thrown).message}\n`))
    .finally(() => process.exit(1))
}
