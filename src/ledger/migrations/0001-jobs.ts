/**
 * Jobs, their attempts, and what was learned. One active or succeeded job per broker and key: the partial index is what
 * makes two submits at once one job.
 */
export const jobsMigration = {
  version: 1,
  sql: `
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  broker TEXT NOT NULL,
  kind TEXT NOT NULL,
  inputs TEXT NOT NULL,
  pin TEXT,
  idempotency_key TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  priority INTEGER NOT NULL,
  decision TEXT,
  created_at TEXT NOT NULL,
  finished_at TEXT
) STRICT;
CREATE UNIQUE INDEX jobs_by_key ON jobs (broker, idempotency_key)
  WHERE state IN ('pending', 'queued', 'running', 'succeeded');
CREATE INDEX jobs_by_broker ON jobs (broker, created_at);

CREATE TABLE attempts (
  id TEXT PRIMARY KEY,
  job_id TEXT NOT NULL REFERENCES jobs (id),
  number INTEGER NOT NULL,
  state TEXT NOT NULL,
  workflow TEXT NOT NULL,
  ref TEXT NOT NULL,
  runs_on TEXT NOT NULL,
  run_id INTEGER,
  run_url TEXT,
  runner_name TEXT,
  reason TEXT,
  traceable INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL,
  sent_at TEXT,
  started_at TEXT,
  finished_at TEXT,
  UNIQUE (job_id, number)
) STRICT;
CREATE INDEX attempts_by_run ON attempts (run_id);

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL REFERENCES jobs (id),
  attempt_id TEXT,
  at TEXT NOT NULL,
  type TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_job ON events (job_id, id);
CREATE TRIGGER events_are_append_only BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

CREATE TABLE runner_facts (
  broker TEXT NOT NULL,
  runner TEXT NOT NULL,
  facts TEXT NOT NULL,
  reported_at TEXT NOT NULL,
  PRIMARY KEY (broker, runner)
) STRICT;

CREATE TABLE results (
  job_id TEXT PRIMARY KEY REFERENCES jobs (id),
  attempt_id TEXT NOT NULL,
  directory TEXT NOT NULL,
  result TEXT NOT NULL,
  fetched_at TEXT NOT NULL
) STRICT;
`,
} as const
