import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TestFleet } from './fleet.ts'

/** One change of state of a run or of one of its jobs, as the hub's store recorded it. */
export interface HubTransition {
  readonly runId: number
  /** null: of the run itself. */
  readonly jobId: number | null
  readonly state: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** What a test reads in the store of a hub that runs, beside what its API tells. */
export function readHubStore<T>(fleet: Pick<TestFleet, 'stateDir'>, read: (store: DatabaseSync) => T): T {
  const store = new DatabaseSync(join(fleet.stateDir, 'hub/hub.db'), { readOnly: true })
  try {
    return read(store)
  } finally {
    store.close()
  }
}

/** Every one that ever happened, in order. */
export function hubTransitions(fleet: Pick<TestFleet, 'stateDir'>): readonly HubTransition[] {
  return readHubStore(fleet, store =>
    store
      .prepare('SELECT run_id, job_id, state, at_ms FROM transition ORDER BY id')
      .all()
      .map(row => ({
        runId: Number(row['run_id']),
        jobId: row['job_id'] === null ? null : Number(row['job_id']),
        state: String(row['state']),
        at: Number(row['at_ms']),
      })),
  )
}
