import type { Conclusion } from '../../model/run.ts'
import type { JobResult } from '../../workflow/functions.ts'
import type { StoredJob } from '../store/jobs.ts'

type EndedJob = Pick<StoredJob, 'conclusion' | 'continueOnError'>

/** The worst of a key's instances; a failure under `continue-on-error` counts as success, as on GitHub. */
export function resultOfJobs(jobs: readonly EndedJob[]): JobResult {
  const results = jobs.map(resultOfJob)
  if (results.includes('failure')) return 'failure'
  if (results.includes('cancelled')) return 'cancelled'
  return results.includes('success') ? 'success' : 'skipped'
}

function resultOfJob(job: EndedJob): JobResult {
  switch (job.conclusion) {
    case 'success':
    case 'cancelled':
    case 'skipped':
      return job.conclusion
    default:
      return job.continueOnError ? 'success' : 'failure'
  }
}

/** A run that someone cancelled in time is `cancelled` even where a job failed; a fail-fast cancellation stays a failure. */
export function conclusionOfRun(jobs: readonly EndedJob[], cancelRequested: boolean): Conclusion {
  const cancelled = jobs.some(job => job.conclusion === 'cancelled')
  return cancelRequested && cancelled ? 'cancelled' : resultOfJobs(jobs)
}
