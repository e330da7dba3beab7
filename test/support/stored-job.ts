import type { StoredJob } from '../../src/hub/store/jobs.ts'

/** A job row for decisions that look at few of its members. */
export function storedJob(members: Partial<StoredJob>): StoredJob {
  return {
    id: 1,
    runId: 1,
    runAttempt: 1,
    backendId: 'backend',
    key: 'a',
    name: 'a',
    status: 'queued',
    conclusion: null,
    labels: [],
    runnerId: null,
    runnerName: null,
    outputs: {},
    createdAt: '2026-11-23T12:00:00Z',
    startedAt: null,
    completedAt: null,
    matrix: null,
    strategy: {},
    failFast: false,
    maxParallel: null,
    timeoutMinutes: 360,
    continueOnError: false,
    concurrency: null,
    sessionId: null,
    queuedMs: null,
    startedMs: null,
    cancelMs: null,
    cancelReason: null,
    ...members,
  }
}
