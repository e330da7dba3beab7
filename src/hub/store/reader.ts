import { annotationsOfCheckRun } from './annotations.ts'
import { artifactRecord } from './artifacts.ts'
import { runOfAttempt } from './attempts.ts'
import { checkRunRecord } from './check-runs.ts'
import { type GroupMember, groupMembers, listGroups } from './concurrency.ts'
import { createdRange } from './created-filter.ts'
import type { Database, Row } from './database.ts'
import { hasLogs } from './delete-run.ts'
import { findJob, jobRecord } from './jobs.ts'
import type {
  CheckRunFilter,
  ConcurrencyMember,
  HubReader,
  Page,
  PageQuery,
  RunFilter,
  RunnerRecord,
} from './records.ts'
import { integer } from './row.ts'
import { allRunners, findRunner, type StoredRunner } from './runners.ts'
import { findRun, runRecord } from './runs.ts'
import { stepsOfJob } from './steps.ts'
import { isWorkflowDisabled, workflowsOfRuns } from './workflows.ts'

type LogReader = Pick<HubReader, 'openJobLog' | 'openStepLog' | 'readSummary'>

/** `show` adds what only the scheduler knows of a runner: whether it is online and busy. */
export function createReader(
  db: Database,
  logs: LogReader,
  show: (runner: StoredRunner) => RunnerRecord,
): HubReader {
  return {
    openJobLog: jobId => logs.openJobLog(jobId),
    openStepLog: (jobId, stepExternalId) => logs.openStepLog(jobId, stepExternalId),
    readSummary: jobId => logs.readSummary(jobId),
    getRun(id) {
      const row = db.get('SELECT * FROM run WHERE id = :id', { id })
      return row && runRecord(row)
    },
    getRunAttempt: (runId, attempt) => runOfAttempt(db, runId, attempt),
    listRuns: (filter, page) => paged(db, 'run', runCondition(filter), 'id DESC', page, runRecord),
    getJob(id) {
      const row = db.get('SELECT * FROM job WHERE id = :id', { id })
      return row && jobRecord(row)
    },
    listJobs: (runId, page, attempt) => paged(db, 'job', jobCondition(runId, attempt), 'id', page, jobRecord),
    listSteps: jobId => stepsOfJob(db, jobId),
    hasLogs: runId => hasLogs(db, runId),
    getCheckRun(id) {
      const row = db.get('SELECT * FROM any_check_run WHERE id = :id', { id })
      return row && checkRunRecord(row)
    },
    listCheckRuns: (filter, page) =>
      paged(db, 'any_check_run', checkRunCondition(filter), 'id DESC', page, checkRunRecord),
    listAnnotations: (checkRunId, page = { page: 1, perPage: 100 }) =>
      annotationsOfCheckRun(db, checkRunId, page),
    listArtifacts(filter, page) {
      const values = { runId: filter.runId ?? null, name: filter.name ?? null }
      const where =
        'size IS NOT NULL AND (:runId IS NULL OR run_id = :runId) AND (:name IS NULL OR name = :name)'
      return paged(db, 'artifact', { where, values }, 'id DESC', page, artifactRecord)
    },
    getArtifact(id) {
      const row = db.get('SELECT * FROM artifact WHERE id = :id AND size IS NOT NULL', { id })
      return row && artifactRecord(row)
    },
    listRunners({ page, perPage }) {
      const runners = allRunners(db)
      const items = runners.slice((page - 1) * perPage, page * perPage).map(show)
      return { totalCount: runners.length, items }
    },
    getRunner(id) {
      const runner = findRunner(db, id)
      return runner && show(runner)
    },
    isWorkflowDisabled: path => isWorkflowDisabled(db, path),
    listWorkflowsOfRuns: () => workflowsOfRuns(db),
    listConcurrencyGroups: query => listGroups(db, query),
    listConcurrencyMembers: group => groupMembers(db, group).flatMap(member => describe(db, member)),
  }
}

/** Nothing for a member whose run is gone. */
function describe(db: Database, member: GroupMember): readonly ConcurrencyMember[] {
  const job = member.kind === 'job' ? findJob(db, member.memberId) : null
  const run = findRun(db, job?.runId ?? member.memberId)
  return run ? [{ group: member.name, run, job, active: member.active }] : []
}

interface Condition {
  readonly where: string
  readonly values: Readonly<Record<string, string | number | null>>
}

function paged<T>(
  db: Database,
  table: 'run' | 'job' | 'artifact' | 'any_check_run',
  { where, values }: Condition,
  order: 'id' | 'id DESC',
  { page, perPage }: PageQuery,
  record: (row: Row) => T,
): Page<T> {
  const count = db.get(`SELECT count(*) AS total FROM ${table} WHERE ${where}`, values)
  const rows = db.all(`SELECT * FROM ${table} WHERE ${where} ORDER BY ${order} LIMIT :limit OFFSET :offset`, {
    ...values,
    limit: perPage,
    offset: (page - 1) * perPage,
  })
  return { totalCount: count ? integer(count, 'total') : 0, items: rows.map(record) }
}

function jobCondition(runId: number, attempt: number | 'all' | undefined): Condition {
  if (attempt === 'all') return { where: 'run_id = :runId', values: { runId } }
  return {
    where: `run_id = :runId AND coalesce(:attempt, (SELECT run_attempt FROM run WHERE id = :runId))
      BETWEEN first_attempt AND last_attempt`,
    values: { runId, attempt: attempt ?? null },
  }
}

function checkRunCondition({ of, name, status, latest }: CheckRunFilter): Condition {
  return {
    where: `${'runId' in of ? 'run_id = :runId' : 'head_sha = :headSha'} AND (:name IS NULL OR name = :name)
      AND (:status IS NULL OR status = :status) AND (NOT :latest OR is_latest)`,
    values: { ...of, name: name ?? null, status: status ?? null, latest: latest ? 1 : 0 },
  }
}

/** One text for every combination of filters, so that it is prepared once. */
function runCondition(filter: RunFilter): Condition {
  const range = createdRange(filter.created ?? '')
  return {
    where: `(:path IS NULL OR workflow_path = :path) AND (:status IS NULL OR :status IN (status, conclusion))
      AND (:branch IS NULL OR head_branch = :branch) AND (:actor IS NULL OR actor = :actor COLLATE NOCASE)
      AND (:event IS NULL OR event = :event) AND (:headSha IS NULL OR head_sha = :headSha)
      AND (:suite IS NULL OR id = :suite)
      AND (:from IS NULL OR created_ms >= :from) AND (:before IS NULL OR created_ms < :before)`,
    values: {
      path: filter.workflowPath ?? null,
      status: filter.status ?? null,
      branch: filter.branch ?? null,
      actor: filter.actor ?? null,
      event: filter.event ?? null,
      headSha: filter.headSha ?? null,
      suite: filter.checkSuiteId === undefined ? null : Number(filter.checkSuiteId) || 0,
      from: range.from,
      before: range.before,
    },
  }
}
