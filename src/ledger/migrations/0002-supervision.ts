/**
 * What a queue needs that goes on by itself: when a job may go out and after which others, why an attempt failed or was
 * given up, who supervises, and how fast the machines are.
 */
export const supervisionMigration = {
  version: 2,
  sql: `
ALTER TABLE jobs ADD COLUMN source TEXT NOT NULL DEFAULT 'submitted';
ALTER TABLE jobs ADD COLUMN batch TEXT;
ALTER TABLE jobs ADD COLUMN not_before TEXT; -- the next attempt is not written earlier
ALTER TABLE jobs ADD COLUMN failure TEXT; -- a word of model/failure, once it failed
ALTER TABLE jobs ADD COLUMN generation INTEGER NOT NULL DEFAULT 0; -- of its concurrency group
ALTER TABLE jobs ADD COLUMN budget_from INTEGER NOT NULL DEFAULT 0; -- attempts up to this number do not count as tries
CREATE INDEX jobs_active ON jobs (broker, priority DESC, created_at) WHERE finished_at IS NULL;
CREATE INDEX jobs_by_state ON jobs (broker, state, created_at);
CREATE INDEX jobs_by_time ON jobs (created_at);

ALTER TABLE attempts ADD COLUMN failure TEXT;
ALTER TABLE attempts ADD COLUMN step INTEGER; -- of the policy's chain, from 0
ALTER TABLE attempts ADD COLUMN given_up TEXT; -- why its run was told to end, in words
ALTER TABLE attempts ADD COLUMN given_up_because TEXT; -- in one word
ALTER TABLE attempts ADD COLUMN given_up_at TEXT;
ALTER TABLE attempts ADD COLUMN ignored INTEGER NOT NULL DEFAULT 0; -- its run would not end, and is left behind

CREATE TABLE job_dependencies (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  after_id TEXT NOT NULL,
  PRIMARY KEY (job_id, after_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dependencies_by_after ON job_dependencies (after_id);

CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  expires_at TEXT NOT NULL
) STRICT;

CREATE TABLE runner_speeds (
  broker TEXT NOT NULL,
  runner TEXT NOT NULL,
  kind TEXT NOT NULL,
  seconds_per_second REAL NOT NULL, -- of work per second of media, newest weighing most
  samples INTEGER NOT NULL,
  PRIMARY KEY (broker, runner, kind)
) STRICT, WITHOUT ROWID;
`,
} as const
