import type { Migration } from '../../base/sqlite.ts'
import { migrationOfAttempts } from './migration-of-attempts.ts'
import { migrationOfChecks } from './migration-of-checks.ts'
import { migrationOfReleases } from './migration-of-releases.ts'
import { migrationOfSettings } from './migration-of-settings.ts'

/**
 * The hub's schema. Times ending in `_ms` are milliseconds since the epoch; JSON stands in TEXT. A migration that has
 * left this checkout is never edited: a new one follows it.
 */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE runner (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        os TEXT NOT NULL,
        version TEXT NOT NULL,
        labels TEXT NOT NULL,
        ephemeral INTEGER NOT NULL,
        token_hash TEXT NOT NULL UNIQUE,
        created_ms INTEGER NOT NULL
      );
      CREATE TABLE session (
        id TEXT PRIMARY KEY,
        runner_id INTEGER NOT NULL UNIQUE REFERENCES runner ON DELETE CASCADE,
        owner TEXT NOT NULL
      );

      CREATE TABLE run (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        plan_id TEXT NOT NULL UNIQUE,
        workflow_path TEXT NOT NULL,
        workflow_name TEXT NOT NULL,
        workflow TEXT NOT NULL, -- as planned: a restart needs neither repository nor parser
        title TEXT NOT NULL,
        run_number INTEGER NOT NULL,
        run_attempt INTEGER NOT NULL,
        event TEXT NOT NULL,
        status TEXT NOT NULL,
        conclusion TEXT,
        ref TEXT NOT NULL,
        head_branch TEXT NOT NULL,
        head_sha TEXT NOT NULL,
        actor TEXT NOT NULL,
        inputs TEXT NOT NULL,
        cancel_ms INTEGER,
        created_ms INTEGER NOT NULL,
        started_ms INTEGER NOT NULL,
        updated_ms INTEGER NOT NULL
      );
      CREATE INDEX run_by_workflow ON run (workflow_path, id);
      CREATE INDEX run_open ON run (id) WHERE status <> 'completed';

      CREATE TABLE job (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run_id INTEGER NOT NULL REFERENCES run,
        backend_id TEXT NOT NULL UNIQUE,
        key TEXT NOT NULL,
        name TEXT NOT NULL,
        status TEXT NOT NULL,
        conclusion TEXT,
        labels TEXT NOT NULL,
        matrix TEXT NOT NULL,
        strategy TEXT NOT NULL,
        fail_fast INTEGER NOT NULL,
        max_parallel INTEGER,
        timeout_minutes REAL NOT NULL,
        continue_on_error INTEGER NOT NULL,
        concurrency TEXT NOT NULL, -- JSON: null, or group, cancelInProgress, queue
        runner_id INTEGER,
        runner_name TEXT,
        session_id TEXT,
        outputs TEXT NOT NULL DEFAULT '{}',
        created_ms INTEGER NOT NULL,
        queued_ms INTEGER,
        started_ms INTEGER,
        completed_ms INTEGER,
        cancel_ms INTEGER,
        cancel_reason TEXT
      );
      CREATE INDEX job_by_run ON job (run_id, id);
      CREATE INDEX job_open ON job (status, id) WHERE status <> 'completed';

      CREATE TABLE step (
        job_id INTEGER NOT NULL REFERENCES job,
        external_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        name TEXT NOT NULL,
        status TEXT NOT NULL,
        conclusion TEXT,
        started_ms INTEGER,
        completed_ms INTEGER,
        change_order INTEGER NOT NULL,
        PRIMARY KEY (job_id, external_id)
      ) WITHOUT ROWID;

      CREATE TABLE annotation (
        id INTEGER PRIMARY KEY,
        job_id INTEGER NOT NULL REFERENCES job,
        level TEXT NOT NULL,
        title TEXT,
        message TEXT NOT NULL
      );
      CREATE INDEX annotation_by_job ON annotation (job_id, id);

      CREATE TABLE concurrency_member (
        id INTEGER PRIMARY KEY AUTOINCREMENT, -- the order of arrival
        name TEXT NOT NULL COLLATE NOCASE,
        kind TEXT NOT NULL CHECK (kind IN ('run', 'job')),
        member_id INTEGER NOT NULL,
        active INTEGER NOT NULL,
        UNIQUE (kind, member_id)
      );
      CREATE INDEX concurrency_by_name ON concurrency_member (name, id);

      CREATE TABLE blob (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        job_id INTEGER,
        step_id TEXT NOT NULL DEFAULT '',
        committed TEXT, -- hash of the block list it was assembled from
        created_ms INTEGER NOT NULL
      );
      CREATE INDEX blob_by_job ON blob (job_id, kind, step_id);

      CREATE TABLE artifact (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run_id INTEGER NOT NULL REFERENCES run,
        job_id INTEGER NOT NULL REFERENCES job,
        name TEXT NOT NULL,
        size INTEGER, -- null until it is whole
        digest TEXT,
        blob_id TEXT NOT NULL REFERENCES blob,
        content_type TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        expires_ms INTEGER NOT NULL,
        UNIQUE (run_id, name)
      );

      CREATE TABLE cache_entry (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL,
        version TEXT NOT NULL,
        ref TEXT NOT NULL,
        job_id INTEGER NOT NULL,
        size INTEGER, -- null until it is whole
        blob_id TEXT NOT NULL REFERENCES blob,
        created_ms INTEGER NOT NULL,
        used_ms INTEGER NOT NULL,
        UNIQUE (ref, version, key)
      );

      -- Every change of state, for people and for tests that count them. Append only.
      CREATE TABLE transition (
        id INTEGER PRIMARY KEY,
        at_ms INTEGER NOT NULL,
        run_id INTEGER NOT NULL,
        job_id INTEGER, -- null: of the run itself
        state TEXT NOT NULL,
        reason TEXT
      );
      CREATE INDEX transition_by_run ON transition (run_id, id);
    `,
  },
  {
    version: 2,
    sql: `
      CREATE TABLE secret (
        name TEXT PRIMARY KEY, -- upper case
        encrypted BLOB NOT NULL, -- with the key in secrets.key
        created_ms INTEGER NOT NULL,
        updated_ms INTEGER NOT NULL
      );
      CREATE TABLE variable (
        name TEXT PRIMARY KEY, -- upper case
        value TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        updated_ms INTEGER NOT NULL
      );
    `,
  },
  migrationOfAttempts,
  {
    version: 4,
    sql: `
      CREATE TABLE api_token (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        scope TEXT NOT NULL,
        token_hash TEXT NOT NULL UNIQUE,
        created_ms INTEGER NOT NULL
      );
    `,
  },
  migrationOfReleases,
  migrationOfChecks,
  migrationOfSettings,
  { version: 8, sql: "CREATE INDEX run_by_end ON run (updated_ms) WHERE status = 'completed';" },
]
