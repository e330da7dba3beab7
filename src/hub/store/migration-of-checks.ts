import type { Migration } from '../../base/sqlite.ts'

/** Check runs beside the jobs, which are check runs themselves; annotations and output for either. */
export const migrationOfChecks: Migration = {
  version: 6,
  sql: `
    CREATE TABLE check_run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run_id INTEGER REFERENCES run, -- of the job that made it: its check suite; null: the owner made it
      head_sha TEXT NOT NULL,
      name TEXT NOT NULL,
      external_id TEXT NOT NULL,
      details_url TEXT,
      status TEXT NOT NULL,
      conclusion TEXT,
      started_ms INTEGER,
      completed_ms INTEGER
    );
    CREATE INDEX check_run_by_commit ON check_run (head_sha, name, run_id, id);
    CREATE INDEX check_run_by_run ON check_run (run_id, id);
    CREATE INDEX run_by_commit ON run (head_sha, id);
    -- A job's id is its check run's: those that are made begin where no job's id will ever be.
    INSERT INTO sqlite_sequence (name, seq) VALUES ('check_run', 1000000000000);

    -- check_run_id, here and below, is a job's or one of check_run.
    CREATE TABLE check_output (
      check_run_id INTEGER PRIMARY KEY,
      title TEXT,
      summary TEXT,
      text TEXT
    );
    CREATE TABLE check_annotation (
      id INTEGER PRIMARY KEY,
      check_run_id INTEGER NOT NULL,
      path TEXT NOT NULL,
      start_line INTEGER NOT NULL,
      end_line INTEGER NOT NULL,
      start_column INTEGER,
      end_column INTEGER,
      level TEXT NOT NULL,
      title TEXT,
      message TEXT NOT NULL,
      raw_details TEXT NOT NULL
    );
    INSERT INTO check_annotation (id, check_run_id, path, start_line, end_line, level, title, message, raw_details)
      SELECT id, job_id, '.github', 1, 1, level, title, message, '' FROM annotation;
    DROP TABLE annotation;
    ALTER TABLE check_annotation RENAME TO annotation;
    CREATE INDEX annotation_by_check_run ON annotation (check_run_id, id);

    CREATE VIEW any_check_run AS
      SELECT found.*, output.title AS output_title, output.summary AS output_summary, output.text AS output_text,
        (SELECT count(*) FROM annotation WHERE check_run_id = found.id) AS annotations
      FROM (
        SELECT job.id, 1 AS is_job, job.run_id, run.head_sha, job.name, job.backend_id AS external_id,
          NULL AS details_url, job.status, job.conclusion, job.started_ms, job.completed_ms,
          run.run_attempt BETWEEN job.first_attempt AND job.last_attempt AS is_latest
        FROM job JOIN run ON run.id = job.run_id
        UNION ALL
        SELECT id, 0, run_id, head_sha, name, external_id, details_url, status, conclusion, started_ms, completed_ms,
          NOT EXISTS (SELECT 1 FROM check_run AS later WHERE later.head_sha = check_run.head_sha
            AND later.name = check_run.name AND later.run_id IS check_run.run_id AND later.id > check_run.id)
        FROM check_run
      ) AS found
      LEFT JOIN check_output AS output ON output.check_run_id = found.id;
  `,
}
