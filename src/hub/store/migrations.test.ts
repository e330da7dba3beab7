import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../../test/support/git-repository.ts'
import { openDatabase } from '../../base/sqlite.ts'
import { annotationsOfCheckRun } from './annotations.ts'
import { findArtifact } from './artifacts.ts'
import { openHubDatabase } from './database.ts'
import { jobsOfRun } from './jobs.ts'
import { migrations } from './migrations.ts'
import { nextRunNumber } from './workflows.ts'

/** A run with a job and an artifact, as the first version of the store held them. */
const firstRows = `
  INSERT INTO run VALUES (7, 'plan', 'w.yml', 'W', '{}', 'W', 4, 1, 'workflow_dispatch', 'completed', 'success',
    'refs/heads/main', 'main', 'sha', 'octo', '{}', NULL, 1, 1, 1);
  INSERT INTO job (id, run_id, backend_id, key, name, status, labels, matrix, strategy, fail_fast, timeout_minutes,
    continue_on_error, concurrency, created_ms)
    VALUES (3, 7, 'backend', 'a', 'a', 'completed', '[]', 'null', '{}', 0, 1, 0, 'null', 1);
  INSERT INTO blob (id, kind, job_id, created_ms) VALUES ('blob', 'artifact', 3, 1);
  INSERT INTO artifact VALUES (5, 7, 3, 'result', 9, NULL, 'blob', 'application/zip', 1, 2);
  INSERT INTO annotation VALUES (2, 3, 'failure', NULL, 'It broke.');
  INSERT INTO concurrency_member (name, kind, member_id, active) VALUES ('g', 'run', 7, 1);
`

test('A store of the first version opens with everything it held', t => {
  const path = join(temporaryFolder(t), 'hub.db')
  const old = openDatabase(path, "hub's store", migrations.slice(0, 1))
  old.exec(firstRows)
  old.close()

  const db = openHubDatabase(path)
  t.after(() => db.close())
  assert.deepEqual(
    jobsOfRun(db, 7).map(job => [job.id, job.runAttempt]),
    [[3, 1]],
  )
  assert.equal(findArtifact(db, 7, 'result')?.id, 5)
  const [annotation] = annotationsOfCheckRun(db, 3, { page: 1, perPage: 10 })
  assert.deepEqual([annotation?.path, annotation?.message], ['.github', 'It broke.'])
  assert.equal(nextRunNumber(db, 'w.yml'), 5)
  assert.equal(nextRunNumber(db, 'other.yml'), 1)
})
