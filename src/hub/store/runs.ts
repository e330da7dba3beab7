import type { Millis } from '../../base/clock.ts'
import { type JsonObject, parseJson } from '../../base/json.ts'
import type { Conclusion, RunStatus } from '../../model/run.ts'
import type { Workflow } from '../../workflow/workflow.ts'
import type { Database, Row } from './database.ts'
import type { RepositoryDispatch, RunRecord } from './records.ts'
import { flag, integer, jsonObject, text, textOrNull, time } from './row.ts'
import { recordTransition } from './transitions.ts'
import { nextRunNumber } from './workflows.ts'

/** A run as the scheduler needs it: the record, and the workflow it was planned from. */
export interface StoredRun extends RunRecord {
  readonly workflow: Workflow
  readonly cancelRequested: boolean
  /** null: it was started by `workflow_dispatch`. */
  readonly repositoryDispatch: RepositoryDispatch | null
  /** Its runners and steps are asked to say more (`ACTIONS_STEP_DEBUG`). */
  readonly debugLogging: boolean
}

export interface NewRun {
  readonly planId: string
  readonly workflow: Workflow
  readonly ref: string
  readonly headBranch: string
  readonly headSha: string
  readonly actor: string
  readonly inputs: JsonObject
  readonly repositoryDispatch: RepositoryDispatch | null
}

/** Numbers the run within its workflow. The title is set once the run's own number can be used to evaluate it. */
export function insertRun(db: Database, run: NewRun, now: Millis): number {
  const { id } = db.run(
    `INSERT INTO run (plan_id, workflow_path, workflow_name, workflow, title, run_number, run_attempt, event, status,
       ref, head_branch, head_sha, actor, inputs, repository_dispatch, created_ms, started_ms, updated_ms)
     VALUES (:planId, :path, :name, :workflow, :name, :runNumber, 1, :event, 'queued',
       :ref, :headBranch, :headSha, :actor, :inputs, :repositoryDispatch, :now, :now, :now)`,
    {
      planId: run.planId,
      path: run.workflow.path,
      name: run.workflow.name,
      workflow: JSON.stringify(run.workflow),
      ref: run.ref,
      headBranch: run.headBranch,
      headSha: run.headSha,
      actor: run.actor,
      inputs: JSON.stringify(run.inputs),
      runNumber: nextRunNumber(db, run.workflow.path),
      event: run.repositoryDispatch ? 'repository_dispatch' : 'workflow_dispatch',
      repositoryDispatch: run.repositoryDispatch && JSON.stringify(run.repositoryDispatch),
      now,
    },
  )
  recordTransition(db, { runId: id, jobId: null, state: 'queued', reason: null }, now)
  return id
}

export function setRunTitle(db: Database, runId: number, title: string): void {
  db.run('UPDATE run SET title = :title WHERE id = :runId', { runId, title })
}

/** False when the run has ended, or already is in that status. */
export function setRunStatus(
  db: Database,
  runId: number,
  status: Exclude<RunStatus, 'completed'>,
  now: Millis,
): boolean {
  const { changes } = db.run(
    `UPDATE run SET status = :status, updated_ms = :now
     WHERE id = :runId AND status <> 'completed' AND status <> :status`,
    { runId, status, now },
  )
  if (changes === 1) recordTransition(db, { runId, jobId: null, state: status, reason: null }, now)
  return changes === 1
}

/** False when it had ended before: a run ends once. */
export function completeRun(db: Database, runId: number, conclusion: Conclusion, now: Millis): boolean {
  const { changes } = db.run(
    `UPDATE run SET status = 'completed', conclusion = :conclusion, updated_ms = :now
     WHERE id = :runId AND status <> 'completed'`,
    { runId, conclusion, now },
  )
  if (changes === 1) recordTransition(db, { runId, jobId: null, state: 'completed', reason: conclusion }, now)
  return changes === 1
}

export function markRunCancelled(db: Database, runId: number, now: Millis): void {
  db.run('UPDATE run SET cancel_ms = coalesce(cancel_ms, :now), updated_ms = :now WHERE id = :runId', {
    runId,
    now,
  })
}

export function findRun(db: Database, id: number): StoredRun | null {
  const row = db.get('SELECT * FROM run WHERE id = :id', { id })
  if (!row) return null
  const workflow = parseJson(text(row, 'workflow')) as unknown as Workflow
  const dispatch = textOrNull(row, 'repository_dispatch')
  return {
    ...runRecord(row),
    workflow,
    cancelRequested: row['cancel_ms'] !== null,
    repositoryDispatch: dispatch === null ? null : (parseJson(dispatch) as unknown as RepositoryDispatch),
    debugLogging: flag(row, 'debug_logging'),
  }
}

/** A run in the order in which they ended. */
export interface EndedRun {
  readonly id: number
  readonly endedMs: Millis
}

/** Those that ended after a run and before a moment, the first to end first. */
export function runsEndedBetween(
  db: Database,
  after: EndedRun,
  before: Millis,
  most: number,
): readonly EndedRun[] {
  const rows = db.all(
    `SELECT id, updated_ms FROM run
     WHERE status = 'completed' AND (updated_ms, id) > (:endedMs, :id) AND updated_ms < :before
     ORDER BY updated_ms, id LIMIT :most`,
    { ...after, before, most },
  )
  return rows.map(row => ({ id: integer(row, 'id'), endedMs: integer(row, 'updated_ms') }))
}

export function runRecord(row: Row): RunRecord {
  return {
    id: integer(row, 'id'),
    planId: text(row, 'plan_id'),
    workflowPath: text(row, 'workflow_path'),
    workflowName: text(row, 'workflow_name'),
    title: text(row, 'title'),
    runNumber: integer(row, 'run_number'),
    runAttempt: integer(row, 'run_attempt'),
    event: text(row, 'event') as RunRecord['event'],
    status: text(row, 'status') as RunStatus,
    conclusion: textOrNull(row, 'conclusion') as Conclusion | null,
    ref: text(row, 'ref'),
    headBranch: text(row, 'head_branch'),
    headSha: text(row, 'head_sha'),
    actor: text(row, 'actor'),
    inputs: jsonObject(row, 'inputs'),
    createdAt: time(row, 'created_ms'),
    startedAt: time(row, 'started_ms'),
    updatedAt: time(row, 'updated_ms'),
  }
}
