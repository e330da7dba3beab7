/** What a ledger of many jobs is asked for again and again, without reading them all. */
export const sizeMigration = {
  version: 3,
  sql: `
CREATE INDEX jobs_by_batch ON jobs (broker, batch, created_at) WHERE batch IS NOT NULL;
CREATE INDEX jobs_dead ON jobs (broker, created_at) WHERE state IN ('failed', 'expired');
-- Minutes of GitHub-hosted machines: few attempts have any, and every decision asks for them.
CREATE INDEX attempts_hosted ON attempts (finished_at)
  WHERE started_at IS NOT NULL AND runs_on <> '' AND instr(runs_on, 'self-hosted') = 0;
`,
} as const
