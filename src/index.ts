/**
 * What a program gets from `import { RelayQ } from 'relayq'`: the queue that the commands use themselves. docs/SDK.md shows it at
 * work.
 */
export { type ErrorCode, RelayError } from './base/errors.ts'
export { RelayQ, type RelayQOptions } from './compose.ts'
export type { LedgerEvent as JobEvent, LedgerJob as Job } from './ledger/records.ts'
export type { Hit } from './ledger/search-index.ts'
export type { Broker } from './model/broker.ts'
export type { FailureClass } from './model/failure.ts'
export type { JobState } from './model/job.ts'
export type { JobResult } from './model/result.ts'
export type { Run } from './model/run.ts'
export type { Runner } from './model/runner.ts'
export type { Decision } from './policy/decision.ts'
export type { CancelOutcome } from './queue/cancel.ts'
export type { History } from './queue/history.ts'
export type { JobView } from './queue/job-view.ts'
export type { JobLog, Queue, RunView } from './queue/queue.ts'
export type { ResultOutcome } from './queue/results.ts'
export type { RetryOutcome } from './queue/retry-job.ts'
export type { Subject } from './queue/subject.ts'
export type { SubmitNotice, SubmitOutcome, SubmitRequest, Submitted } from './queue/submit.ts'
export type { WaitOptions, WaitOutcome, WatchEvent } from './queue/watch.ts'
