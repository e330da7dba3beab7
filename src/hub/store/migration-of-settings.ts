import type { Migration } from '../../base/sqlite.ts'

/** What the owner has set of the repository, and tokens that may do only what is listed of them. */
export const migrationOfSettings: Migration = {
  version: 7,
  sql: `
    CREATE TABLE repository_setting (
      name TEXT PRIMARY KEY,
      value TEXT NOT NULL -- JSON
    );
    ALTER TABLE api_token ADD COLUMN permissions TEXT; -- JSON; null where the scope says all
  `,
}
