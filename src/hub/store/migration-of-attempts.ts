import type { Migration } from '../../base/sqlite.ts'

/** Runs that are run again, deleted, started by `repository_dispatch`; workflows that are switched off. */
export const migrationOfAttempts: Migration = {
  version: 3,
  sql: `
    -- What is known of a workflow beside its file. The counter outlives the runs that are deleted.
    CREATE TABLE workflow (
      path TEXT PRIMARY KEY,
      disabled INTEGER NOT NULL DEFAULT 0,
      last_run_number INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
    INSERT INTO workflow (path, last_run_number)
      SELECT workflow_path, max(run_number) FROM run GROUP BY workflow_path;

    ALTER TABLE run ADD COLUMN repository_dispatch TEXT; -- JSON: eventType, clientPayload; null for other events
    ALTER TABLE run ADD COLUMN debug_logging INTEGER NOT NULL DEFAULT 0;

    -- How the attempts before a run's present one ended.
    CREATE TABLE run_attempt (
      run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
      attempt INTEGER NOT NULL,
      conclusion TEXT,
      started_ms INTEGER NOT NULL,
      updated_ms INTEGER NOT NULL,
      PRIMARY KEY (run_id, attempt)
    ) WITHOUT ROWID;

    -- A job belongs to the attempt it was made in, and to each later one that did not run it again.
    ALTER TABLE job ADD COLUMN first_attempt INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE job ADD COLUMN last_attempt INTEGER NOT NULL DEFAULT 1;

    ALTER TABLE concurrency_member ADD COLUMN acquired_ms INTEGER; -- null while it waits

    -- A name may be used once in each attempt of a run.
    CREATE TABLE artifact_of_attempt (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run_id INTEGER NOT NULL REFERENCES run,
      attempt INTEGER NOT NULL,
      job_id INTEGER NOT NULL REFERENCES job,
      name TEXT NOT NULL,
      size INTEGER, -- null until it is whole
      digest TEXT,
      blob_id TEXT NOT NULL REFERENCES blob,
      content_type TEXT NOT NULL,
      created_ms INTEGER NOT NULL,
      expires_ms INTEGER NOT NULL,
      UNIQUE (run_id, attempt, name)
    );
    INSERT INTO artifact_of_attempt (id, run_id, attempt, job_id, name, size, digest, blob_id, content_type,
        created_ms, expires_ms)
      SELECT id, run_id, 1, job_id, name, size, digest, blob_id, content_type, created_ms, expires_ms FROM artifact;
    DROP TABLE artifact;
    ALTER TABLE artifact_of_attempt RENAME TO artifact;
  `,
}
