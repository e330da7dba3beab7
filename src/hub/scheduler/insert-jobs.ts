import { randomUUID } from 'node:crypto'
import { strategyContext } from '../../workflow/plan-instances.ts'
import type { JobTemplate } from '../../workflow/workflow.ts'
import { findJob, insertJob, type NewJob, type StoredJob } from '../store/jobs.ts'
import type { StoredRun } from '../store/runs.ts'
import { failure } from './cancel.ts'
import type { Change } from './change.ts'
import { endJob, type JobEnding } from './end-job.ts'
import { displayName, planJobOfRun } from './planning.ts'

/**
 * Evaluates a job whose needs have all ended, and stores its instances: one per combination of its matrix, without those
 * that are kept from an earlier attempt. `jobs`: all of the run's present attempt so far.
 */
export function insertInstances(
  change: Change,
  run: StoredRun,
  jobs: readonly StoredJob[],
  template: JobTemplate,
): void {
  const plan = planJobOfRun(change.facts, run, template, jobs)
  if (plan.kind !== 'ready') {
    const failed = plan.kind === 'failed'
    insertEnded(change, run, template, {
      conclusion: failed ? 'failure' : 'skipped',
      annotations: failed ? [failure(plan.message)] : [],
    })
    return
  }
  const kept = new Set(jobs.filter(job => job.key === template.key).map(job => JSON.stringify(job.matrix)))
  for (const { strategy, runsOn, ...instance } of plan.instances) {
    if (kept.has(JSON.stringify(instance.matrix))) continue
    insertNewJob(change, {
      ...instance,
      runId: run.id,
      key: template.key,
      labels: runsOn,
      strategy: strategyContext(strategy),
      failFast: plan.failFast,
      maxParallel: plan.maxParallel,
    })
  }
}

/** A job that ends without having been planned. */
export function insertEnded(change: Change, run: StoredRun, template: JobTemplate, ending: JobEnding): void {
  const job = insertNewJob(change, {
    ...unplanned,
    runId: run.id,
    key: template.key,
    name: displayName(template),
  })
  endJob(change, job, ending)
}

const unplanned = {
  labels: [],
  matrix: null,
  strategy: {},
  failFast: false,
  maxParallel: null,
  timeoutMinutes: 0,
  continueOnError: false,
  concurrency: null,
}

function insertNewJob(change: Change, job: Omit<NewJob, 'backendId'>): StoredJob {
  const id = insertJob(change.db, { ...job, backendId: randomUUID() }, change.now)
  const stored = findJob(change.db, id)
  if (!stored) throw new Error(`job ${id} was not stored`)
  return stored
}
