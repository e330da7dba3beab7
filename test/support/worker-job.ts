import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { JobMessage } from '../../src/protocol/job-message.ts'
import type { WorkerJob } from '../../src/protocol/worker-ipc.ts'
import { ScriptedHub } from './scripted-hub.ts'

export interface Bench {
  readonly hub: ScriptedHub
  /** Outside of every job: where a test and its steps may leave files for each other. */
  readonly dir: string
  job(message: JobMessage, more?: Partial<WorkerJob>): WorkerJob
}

/** A hub and folders for jobs run in this very process; gone with the test. */
export async function workerBench(t: TestContext): Promise<Bench> {
  const hub = new ScriptedHub()
  await hub.listen()
  const dir = await mkdtemp(join(tmpdir(), 'worker-'))
  t.after(async () => {
    await hub.close()
    await rm(dir, { recursive: true, force: true })
  })
  const job = (message: JobMessage, more: Partial<WorkerJob> = {}): WorkerJob => ({
    message,
    runnerName: 'tester',
    jobDir: join(dir, 'jobs', message.jobId),
    toolCacheDir: join(dir, 'tools'),
    relayqBin: join(dir, 'bin'),
    actions: 'offline',
    actionArchiveCache: null,
    passEnv: {},
    ...more,
  })
  return { hub, dir, job }
}
