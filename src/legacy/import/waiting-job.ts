import type { MappedTask } from './map-task.ts'

/** A job that waits in Redis, of whatever origin. */
export interface WaitingJob {
  /** Where it waits: `celery`, `celery unacked`, `bullmq videos`, `runs`. */
  readonly source: string
  /** The same through every crash, and no other job's: the idempotency key is made of it. null: it cannot be told. */
  readonly id: string | null
  /** As its message names it. */
  readonly task: string
  readonly mapped: MappedTask
  /** Whether it is RelayQ's: what belongs to another program is left alone. */
  readonly isOwn: boolean
  /** ISO 8601; null: at once. */
  readonly notBefore: string | null
  /** Higher goes first. */
  readonly priority: number
  /** Keeps it from every worker; false: it waits no longer. */
  claim(): Promise<boolean>
  /** It is submitted: takes it out of Redis. */
  remove(): Promise<void>
  /** Takes it to the list of what could not be mapped. */
  setAside(list: string, reason: string): Promise<void>
}
