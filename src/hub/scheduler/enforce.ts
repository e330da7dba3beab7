import type { Millis } from '../../base/clock.ts'
import { openJobs, type StoredJob } from '../store/jobs.ts'
import { cancelJob, failure } from './cancel.ts'
import type { Change } from './change.ts'
import { type Deadline, overdue } from './deadlines.ts'
import { endJob } from './end-job.ts'
import type { Scheduler } from './scheduler.ts'

/** Acts on every deadline that has passed. Opens a transaction only where there is something to do. */
export function enforceDeadlines(
  scheduler: Scheduler,
  lease: Millis,
  lastContact: (job: StoredJob) => Millis,
): void {
  const now = scheduler.now()
  const passed = [...openJobs(scheduler.db, 'queued'), ...openJobs(scheduler.db, 'in_progress')].flatMap(
    job => {
      const deadline = overdue(job, { now, lastContact: lastContact(job), lease })
      return deadline ? [{ job, deadline }] : []
    },
  )
  if (passed.length === 0) return
  scheduler.change(change => {
    for (const { job, deadline } of passed) act(change, job, deadline)
  })
}

function act(change: Change, job: StoredJob, deadline: Deadline): void {
  switch (deadline) {
    case 'queue_limit':
      endJob(change, job, {
        conclusion: 'cancelled',
        annotations: [
          failure('The job was not acquired by any runner within 24 hours, so it was cancelled.'),
        ],
      })
      return
    case 'timeout':
      cancelJob(change, job, {
        reason: 'timeout',
        message: `The job has exceeded the maximum execution time of ${duration(job.timeoutMinutes)}`,
      })
      return
    case 'cancel_unanswered':
      endJob(change, job, {
        conclusion: 'cancelled',
        annotations: [failure('The runner did not answer the cancellation in time.')],
      })
      return
    case 'lost':
      endJob(change, job, {
        // Whoever cancelled it got what they asked for; nobody is there to say so.
        conclusion: job.cancelMs === null ? 'failure' : 'cancelled',
        annotations: [failure(lostMessage(job))],
        runningStep: 'failure',
      })
  }
}

function lostMessage(job: StoredJob): string {
  return `The self-hosted runner lost communication with the server: '${job.runnerName}' neither polled nor reported in time. Check that the machine is running and its network connection is sound; a process killed for want of memory or CPU looks the same.`
}

/** As GitHub writes it: `6h0m0s`, `1m30s`. */
function duration(minutes: number): string {
  const seconds = Math.round(minutes * 60)
  const hours = Math.floor(seconds / 3600)
  return `${hours > 0 ? `${hours}h` : ''}${Math.floor((seconds % 3600) / 60)}m${seconds % 60}s`
}
