import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { attemptOfTitle } from '../../src/model/attempt-id.ts'
import type { JobView } from '../../src/queue/job-view.ts'
import { readJobResult } from '../../src/queue/result-file.ts'
import { hubTransitions, readHubStore } from '../support/hub-store.ts'
import type { SupervisedFleet } from '../support/supervised-fleet.ts'

/** A run as the hub's store has it. */
export interface SeenRun {
  readonly id: number
  readonly conclusion: string | null
  /** Of the artifact `result`, as far as the store tells: it is there, and whole. */
  readonly hasResult: boolean
  /** When a runner took it and when it ended, in ms; null: not. */
  readonly takenAt: number | null
  readonly endedAt: number | null
}

/** All that is known of one job, by three witnesses that know nothing of each other: ledger, hub, and the engine's record. */
export interface JobEvidence {
  readonly view: JobView
  readonly runs: readonly SeenRun[]
  /** The runs in which its work was done to the end, in that order. */
  readonly doneIn: readonly number[]
  /** The attempt that the kept result says it is of; null: there is none. */
  readonly resultOf: string | null
}

export function gatherEvidence(fleet: SupervisedFleet, jobs: readonly string[]): readonly JobEvidence[] {
  const runs = Map.groupBy(readRuns(fleet), ({ job }) => job)
  const done = Map.groupBy(fleet.engine.done(), ({ job }) => job)
  return jobs.map(job => {
    const view = fleet.view(job)
    const run = `${view.attempts.at(-1)?.runId}`
    return {
      view,
      runs: runs.get(job) ?? [],
      doneIn: (done.get(job) ?? []).map(({ run }) => run),
      resultOf: readResultOf(join(fleet.relayq.paths.state, 'results', job, run)),
    }
  })
}

function readRuns({ hub }: SupervisedFleet): readonly (SeenRun & { readonly job: string })[] {
  const transitions = Map.groupBy(hubTransitions(hub), ({ runId }) => runId)
  const rows = readHubStore(hub, store =>
    store
      .prepare(
        `SELECT id, title, conclusion, EXISTS (
           SELECT 1 FROM artifact WHERE run_id = run.id AND name = 'result' AND size IS NOT NULL
         ) AS has_result FROM run ORDER BY id`,
      )
      .all(),
  )
  return rows.map(row => {
    const id = Number(row['id'])
    const ofJob = (transitions.get(id) ?? []).filter(({ jobId }) => jobId !== null)
    return {
      id,
      job: attemptOfTitle(String(row['title']))?.job ?? '',
      conclusion: row['conclusion'] === null ? null : String(row['conclusion']),
      hasResult: row['has_result'] === 1,
      takenAt: ofJob.find(({ state }) => state === 'in_progress')?.at ?? null,
      endedAt: ofJob.find(({ state }) => state === 'completed')?.at ?? null,
    }
  })
}

function readResultOf(folder: string): string | null {
  try {
    const result = readJobResult(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')))
    return result?.status === 'succeeded' ? result.relayqId : null
  } catch {
    return null
  }
}
