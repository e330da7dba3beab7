import type { JobMessage } from './job-message.ts'
import type { TaskResult } from './runner-api.ts'

/** What a listener and the worker process of one job say to each other, over the channel of `fork` (never argv, never env). */

export type ToWorker =
  | { readonly type: 'job'; readonly job: WorkerJob }
  /** End the running step; steps with `always()` or `cancelled()` still run, then the job is reported as cancelled. */
  | { readonly type: 'cancel'; readonly by: Canceller }
  /** End at once, with every process of the job, and report nothing. */
  | { readonly type: 'shutdown' }

/** broker: somebody asked there, or the job's time or lock is over. runner: it stops, and nobody is done with the job. */
export type Canceller = 'broker' | 'runner'

export type FromWorker = {
  readonly type: 'finished'
  readonly conclusion: TaskResult
  /** Whether the run service took completejob. When it did not, nobody need try again: it refused, or was away for minutes. */
  readonly reported: boolean
}

/** All a worker knows of its job and its machine. */
export interface WorkerJob {
  readonly message: JobMessage
  readonly runnerName: string
  /** Exists for this job alone and is removed with it. */
  readonly jobDir: string
  /** Shared by the jobs of one runner. */
  readonly toolCacheDir: string
  /** Folder of the `relayq` program, first in the job's PATH. */
  readonly relayqBin: string
  readonly actions: 'offline' | 'network'
  readonly actionArchiveCache: string | null
  readonly passEnv: Readonly<Record<string, string>>
}

/** Every process of a job has this variable with the job's id as its value, so that whoever survives can end them all. */
export const trackingVariable = 'RELAYQ_TRACKING_ID'
