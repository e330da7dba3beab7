import type { SQLOutputValue } from 'node:sqlite'
import { isJsonObject, type JsonObject, parseJson } from '../base/json.ts'
import type { FailureClass } from '../model/failure.ts'
import type { AttemptState, JobState } from '../model/job.ts'
import type { LedgerAttempt, LedgerEvent, LedgerJob } from './records.ts'

export type Row = Record<string, SQLOutputValue>

/** Columns of a job with its result and newest attempt; to be followed by a WHERE clause on `jobs`. */
export const selectJob = `SELECT jobs.*, results.result AS result,
    (SELECT run_url FROM attempts WHERE job_id = jobs.id ORDER BY number DESC LIMIT 1) AS run_url,
    (SELECT runner_name FROM attempts WHERE job_id = jobs.id ORDER BY number DESC LIMIT 1) AS runner_name,
    (SELECT group_concat(after_id, char(10)) FROM job_dependencies WHERE job_id = jobs.id) AS after
  FROM jobs LEFT JOIN results ON results.job_id = jobs.id`

export function jobOfRow(row: Row): LedgerJob {
  return {
    id: text(row, 'id'),
    broker: text(row, 'broker'),
    kind: text(row, 'kind'),
    inputs: json(row, 'inputs') ?? {},
    pin: optionalText(row, 'pin'),
    idempotencyKey: text(row, 'idempotency_key'),
    state: text(row, 'state') as JobState,
    reason: optionalText(row, 'reason'),
    priority: Number(row['priority']),
    decision: json(row, 'decision'),
    result: json(row, 'result'),
    runUrl: optionalText(row, 'run_url'),
    // Of one that waits to be sent again, the machine of its last attempt has it no more.
    runnerName: row['state'] === 'pending' ? null : optionalText(row, 'runner_name'),
    createdAt: text(row, 'created_at'),
    finishedAt: optionalText(row, 'finished_at'),
    source: text(row, 'source') as LedgerJob['source'],
    batch: optionalText(row, 'batch'),
    notBefore: optionalText(row, 'not_before'),
    failure: optionalText(row, 'failure') as FailureClass | null,
    generation: Number(row['generation']),
    budgetFrom: Number(row['budget_from']),
    after: lines(row, 'after'),
  }
}

export function attemptOfRow(row: Row): LedgerAttempt {
  const runId = row['run_id']
  return {
    id: text(row, 'id'),
    jobId: text(row, 'job_id'),
    number: Number(row['number']),
    state: text(row, 'state') as AttemptState,
    workflow: text(row, 'workflow'),
    ref: text(row, 'ref'),
    runsOn: lines(row, 'runs_on'),
    runId: runId === null || runId === undefined ? null : Number(runId),
    runUrl: optionalText(row, 'run_url'),
    runnerName: optionalText(row, 'runner_name'),
    reason: optionalText(row, 'reason'),
    createdAt: text(row, 'created_at'),
    startedAt: optionalText(row, 'started_at'),
    finishedAt: optionalText(row, 'finished_at'),
    sentAt: optionalText(row, 'sent_at'),
    isTraceable: Number(row['traceable']) === 1,
    step: row['step'] === null || row['step'] === undefined ? null : Number(row['step']),
    failure: optionalText(row, 'failure') as FailureClass | null,
    givenUp: givenUpOf(row),
    isLeftBehind: Number(row['ignored']) === 1,
  }
}

function givenUpOf(row: Row): LedgerAttempt['givenUp'] {
  const reason = optionalText(row, 'given_up')
  return reason === null
    ? null
    : { because: text(row, 'given_up_because'), reason, at: text(row, 'given_up_at') }
}

export function eventOfRow(row: Row): LedgerEvent {
  return {
    id: Number(row['id']),
    jobId: text(row, 'job_id'),
    attemptId: optionalText(row, 'attempt_id'),
    at: text(row, 'at'),
    type: text(row, 'type'),
    detail: json(row, 'detail') ?? {},
  }
}

function text(row: Row, column: string): string {
  return String(row[column])
}

/** Texts without line breaks, one a line. */
function lines(row: Row, column: string): readonly string[] {
  const text = optionalText(row, column) ?? ''
  return text === '' ? [] : text.split('\n')
}

function optionalText(row: Row, column: string): string | null {
  const value = row[column]
  return value === null || value === undefined ? null : String(value)
}

function json(row: Row, column: string): JsonObject | null {
  const value = parseJson(optionalText(row, column) ?? 'null')
  return isJsonObject(value) ? value : null
}
