import type { ConcurrencySetting } from '../../workflow/concurrency.ts'
import { membershipOf } from '../store/concurrency.ts'
import { holdOrQueueJob, jobsOfRun, type StoredJob } from '../store/jobs.ts'
import { completeRun, findRun, type StoredRun } from '../store/runs.ts'
import { advance, type Decision } from './advance.ts'
import { cancelJob } from './cancel.ts'
import type { Change } from './change.ts'
import { enterGroup } from './enter-group.ts'
import { insertInstances } from './insert-jobs.ts'
import { leaveGroup } from './leave-group.ts'

/** Carries every touched run on until nothing is left to decide: read, decide, write, again. */
export function settle(change: Change): void {
  for (const runId of change.touched) {
    // Deleted first: what happens below may touch the same run again, and a Set visits what is added while it is read.
    change.touched.delete(runId)
    const run = findRun(change.db, runId)
    if (!run || run.status === 'completed' || run.status === 'pending') continue
    const jobs = jobsOfRun(change.db, runId)
    const decisions = advance(run, jobs)
    if (decisions.length > 0) change.touched.add(runId)
    for (const decision of decisions) apply(change, run, jobs, decision)
  }
}

function apply(change: Change, run: StoredRun, jobs: readonly StoredJob[], decision: Decision): void {
  switch (decision.kind) {
    case 'plan':
      insertInstances(change, run, jobs, decision.template)
      break
    case 'release':
      releaseJob(change, decision.job)
      break
    case 'fail_fast':
      cancelJob(change, decision.job, {
        reason: 'fail_fast',
        message: 'The strategy configuration was canceled because another job of the matrix failed.',
      })
      break
    case 'conclude':
      completeRun(change.db, run.id, decision.conclusion, change.now)
      leaveGroup(change, 'run', run.id)
  }
}

/** `max-parallel` lets it go; its concurrency group may still hold it, or turn it away. */
function releaseJob(change: Change, job: StoredJob): void {
  const place = job.concurrency ? enterJobGroup(change, job, job.concurrency) : 'active'
  if (place === 'active' || place === 'pending') {
    holdOrQueueJob(change.db, job, place === 'active' ? 'queued' : 'pending', change.now)
    return
  }
  cancelJob(change, job, { reason: 'concurrency', message: place.refused })
}

function enterJobGroup(
  change: Change,
  job: StoredJob,
  setting: ConcurrencySetting,
): 'active' | 'pending' | { readonly refused: string } {
  const { group } = setting
  const ofRun = membershipOf(change.db, 'run', job.runId)
  if (ofRun?.name.toLowerCase() === group.toLowerCase()) {
    return {
      refused: `Canceling since a deadlock for concurrency group '${group}' was detected between the workflow and the job`,
    }
  }
  const place = enterGroup(change, setting, { kind: 'job', memberId: job.id })
  if (place !== 'refused') return place
  return { refused: `Canceling since the queue of concurrency group '${group}' is full` }
}
