import type { Migration } from '../../base/sqlite.ts'

/** Releases and the files that were attached to them. */
export const migrationOfReleases: Migration = {
  version: 5,
  sql: `
    CREATE TABLE release (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      tag_name TEXT NOT NULL,
      target_commitish TEXT NOT NULL,
      commit_sha TEXT, -- what the tag stood for when it was published; null for a draft
      name TEXT,
      body TEXT,
      draft INTEGER NOT NULL,
      prerelease INTEGER NOT NULL,
      latest_order INTEGER, -- the highest is the latest release; null where it was not to be that
      created_ms INTEGER NOT NULL, -- of the commit, as GitHub has it
      published_ms INTEGER,
      updated_ms INTEGER NOT NULL
    );
    -- Drafts may share a name until one of them is published.
    CREATE UNIQUE INDEX release_by_tag ON release (tag_name) WHERE draft = 0;

    CREATE TABLE release_asset (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      release_id INTEGER NOT NULL REFERENCES release,
      name TEXT NOT NULL,
      label TEXT NOT NULL,
      content_type TEXT NOT NULL,
      size INTEGER NOT NULL,
      digest TEXT NOT NULL,
      blob_id TEXT NOT NULL REFERENCES blob,
      download_count INTEGER NOT NULL DEFAULT 0,
      created_ms INTEGER NOT NULL,
      updated_ms INTEGER NOT NULL,
      UNIQUE (release_id, name)
    );
  `,
}
