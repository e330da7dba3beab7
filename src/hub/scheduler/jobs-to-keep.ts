import type { Workflow } from '../../workflow/workflow.ts'
import type { RerunScope } from '../engine.ts'
import type { StoredJob } from '../store/jobs.ts'

/**
 * The jobs that a new attempt takes over as they ended: all but those asked for and whatever needs one of them,
 * directly or not. Of a matrix, the instances that were not asked for are kept.
 */
export function jobsToKeep(
  workflow: Workflow,
  jobs: readonly StoredJob[],
  what: RerunScope,
): readonly StoredJob[] {
  const again = jobs.filter(job => isAskedFor(job, what))
  const dependents = dependentsOf(workflow, new Set(again.map(job => job.key)))
  return jobs.filter(job => !again.includes(job) && !dependents.has(job.key))
}

function isAskedFor(job: StoredJob, what: RerunScope): boolean {
  if (what.kind === 'job') return job.id === what.jobId
  return what.kind === 'all' || (job.conclusion !== 'success' && job.conclusion !== 'skipped')
}

function dependentsOf({ jobs }: Workflow, keys: ReadonlySet<string>): ReadonlySet<string> {
  const dependents = new Set<string>()
  const needsOne = (needs: readonly string[]): boolean =>
    needs.some(need => keys.has(need) || dependents.has(need))
  for (let found = -1; found !== dependents.size; ) {
    found = dependents.size
    for (const job of jobs) if (needsOne(job.needs)) dependents.add(job.key)
  }
  return dependents
}
