import type { Job, Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { isJsonObject } from '../../base/json.ts'
import { mapTask, ownTask } from './map-task.ts'
import type { WaitingJob } from './waiting-job.ts'

/** Where a job is before any worker has it. */
const waitingStates = ['waiting', 'prioritized', 'delayed'] as const

/** Jobs of a BullMQ queue that some program of the owner's filled: the name is the task, the data its arguments. */
export async function readBullQueue(
  redis: Redis,
  queue: Queue,
  scripts: readonly string[],
): Promise<readonly WaitingJob[]> {
  const jobs = await queue.getJobs([...waitingStates], 0, -1, true)
  return jobs.map(job => waiting(redis, queue, job, scripts))
}

function waiting(redis: Redis, queue: Queue, job: Job, scripts: readonly string[]): WaitingJob {
  const source = `bullmq ${queue.name}`
  const data: unknown = job.data
  const mapped = isJsonObject(data)
    ? mapTask({ name: job.name, args: [], kwargs: data }, scripts)
    : { kind: 'unmapped' as const, reason: 'its data is no object' }
  return {
    ...{ source, task: job.name, mapped, priority: 0, isOwn: ownTask(job.name) !== null },
    // A queue that was emptied counts from 1 again.
    id: `bullmq:${queue.name}:${job.id}:${job.timestamp}`,
    notBefore: job.delay > 0 ? new Date(job.timestamp + job.delay).toISOString() : null,
    claim: async () => {
      // A paused queue gives nothing to a worker; what one took before is active, and its own.
      await queue.pause()
      return (await job.getState()) !== 'active'
    },
    remove: async () => {
      await queue.remove(job.id ?? '')
    },
    setAside: async (list, reason) => {
      const entry = JSON.stringify({
        source,
        reason,
        message: { name: job.name, data: job.data, id: job.id },
      })
      if ((await redis.lpos(list, entry)) === null) await redis.rpush(list, entry)
      await queue.remove(job.id ?? '')
    },
  }
}
