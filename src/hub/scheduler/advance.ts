import type { Conclusion } from '../../model/run.ts'
import type { JobTemplate, Workflow } from '../../workflow/workflow.ts'
import type { StoredJob } from '../store/jobs.ts'
import { conclusionOfRun } from './results.ts'

/** What a run needs next. Pure: the caller writes it down and asks again until there is nothing left to do. */
export type Decision =
  /** All its needs have ended: evaluate it into instances. */
  | { readonly kind: 'plan'; readonly template: JobTemplate }
  /** `max-parallel` has room for it. */
  | { readonly kind: 'release'; readonly job: StoredJob }
  /** A sibling of its matrix failed. */
  | { readonly kind: 'fail_fast'; readonly job: StoredJob }
  | { readonly kind: 'conclude'; readonly conclusion: Conclusion }

export function advance(
  run: { readonly workflow: Workflow; readonly cancelRequested: boolean },
  jobs: readonly StoredJob[],
): readonly Decision[] {
  const byKey = Map.groupBy(jobs, job => job.key)
  const ended = (key: string): boolean => byKey.get(key)?.every(job => job.status === 'completed') ?? false
  const { jobs: templates } = run.workflow
  if (templates.every(template => ended(template.key))) {
    return [{ kind: 'conclude', conclusion: conclusionOfRun(jobs, run.cancelRequested) }]
  }
  const ready = templates.filter(({ key, needs }) => !byKey.has(key) && needs.every(ended))
  return [
    ...ready.map(template => ({ kind: 'plan', template }) as const),
    ...[...byKey.values()].flatMap(matrixDecisions),
  ]
}

function matrixDecisions(instances: readonly StoredJob[]): readonly Decision[] {
  const newest = Math.max(...instances.map(job => job.runAttempt))
  const failed = instances.some(
    // One that was kept from an earlier attempt has had its effect there.
    job => job.failFast && !job.continueOnError && job.conclusion === 'failure' && job.runAttempt === newest,
  )
  if (failed) {
    return instances
      .filter(job => job.status !== 'completed' && job.cancelMs === null)
      .map(job => ({ kind: 'fail_fast', job }))
  }
  const waiting = instances.filter(job => job.status === 'waiting')
  const open = instances.filter(job => job.status !== 'completed').length - waiting.length
  const room = (instances[0]?.maxParallel ?? Number.POSITIVE_INFINITY) - open
  return waiting.slice(0, Math.max(0, room)).map(job => ({ kind: 'release', job }))
}
