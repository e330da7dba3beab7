/** What services took for each attempt, also for those that failed: a result keeps only the last one's. */
export const costsMigration = {
  version: 4,
  sql: `
CREATE TABLE costs (
  attempt_id TEXT NOT NULL,
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  usd REAL NOT NULL,
  PRIMARY KEY (attempt_id, provider, model)
) STRICT, WITHOUT ROWID;
CREATE INDEX costs_by_job ON costs (job_id);
`,
} as const
