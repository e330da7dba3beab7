/** The file of this machine that a job works on: it may have to be sent later, or once more. */
export const localFilesMigration = {
  version: 5,
  sql: `
CREATE TABLE local_files (
  job_id TEXT NOT NULL PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  keys TEXT
) STRICT, WITHOUT ROWID;
`,
} as const
