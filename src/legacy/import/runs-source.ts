import type { Redis } from 'ioredis'
import { RelayError } from '../../base/errors.ts'
import { kindOfPooledWorkflow } from '../../model/kinds.ts'
import type { LabelQueues } from '../label-queues.ts'
import type { RunStore, StoredRun } from '../run-store.ts'
import { findLegacyWorkflow, workOf } from '../workflows.ts'
import type { MappedTask } from './map-task.ts'
import type { WaitingJob } from './waiting-job.ts'

/** The waiting runs of Redis mode, oldest first. */
export async function readRuns(
  redis: Redis,
  store: RunStore,
  queues: LabelQueues,
): Promise<readonly WaitingJob[]> {
  const runs = await Array.fromAsync(store.newestFirst('active'))
  const queued = runs.filter(({ status }) => status === 'queued').toReversed()
  return queued.map(run => waiting(redis, store, queues, run))
}

function waiting(redis: Redis, store: RunStore, queues: LabelQueues, run: StoredRun): WaitingJob {
  const end = async () => {
    await store.cancel(run.id, 'force')
    await queues.drop(run).catch(() => {})
  }
  return {
    ...{ source: 'runs', task: run.workflow, mapped: mapRun(run), isOwn: true, notBefore: null, priority: 0 },
    // A Redis that was emptied counts from 1 again.
    id: `run:${run.id}:${run.createdAt}`,
    claim: () => store.withhold(run.id),
    remove: end,
    setAside: async (list, reason) => {
      const { id, workflow, inputs } = run
      const entry = JSON.stringify({ source: 'runs', reason, message: { id, workflow, inputs } })
      if ((await redis.lpos(list, entry)) === null) await redis.rpush(list, entry)
      await end()
    },
  }
}

/** The policy decides anew where it goes; only a workflow of one machine says that itself. */
function mapRun(run: StoredRun): MappedTask {
  const workflow = findLegacyWorkflow(run.workflow)
  if (!workflow) return { kind: 'unmapped', reason: `there is no workflow ${run.workflow}` }
  if (run.inputs['file']) return { kind: 'unmapped', reason: 'its file lies in Redis: submit the file again' }
  const pinned = workflow.kind !== null && kindOfPooledWorkflow(workflow.file) === null
  try {
    const { kind, inputs } = workOf(workflow, run.inputs)
    return { kind: 'mapped', job: kind, inputs, pin: pinned ? (workflow.runsOn.at(-1) ?? null) : null }
  } catch (thrown) {
    if (thrown instanceof RelayError) return { kind: 'unmapped', reason: thrown.message }
    throw thrown
  }
}
