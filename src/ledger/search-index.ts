import type { DatabaseSync } from 'node:sqlite'
import { openDatabase, transaction } from '../base/sqlite.ts'

/** Made anew from the results whenever it is lost: nothing of worth lives here alone. */
const schema = {
  version: 1,
  sql: `
CREATE TABLE indexed (job_id TEXT PRIMARY KEY, attempt_id TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE passages USING fts5 (text, job_id UNINDEXED, start UNINDEXED, tokenize = 'unicode61 remove_diacritics 2');
`,
} as const

/** A piece of a transcript, and the second at which it begins. */
export interface Passage {
  readonly start: number
  readonly text: string
}

export interface Hit extends Passage {
  readonly jobId: string
  /** The words around the first hit. */
  readonly snippet: string
}

/** Full-text search over transcripts (SQLite FTS5), in a file of its own beside the ledger. */
export class SearchIndex {
  readonly #db: DatabaseSync

  static open(path: string): SearchIndex {
    return new SearchIndex(openDatabase(path, 'search index', [schema]))
  }

  /** Use `open`. */
  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** The attempt whose transcript of each job is in the index. */
  indexed(): ReadonlyMap<string, string> {
    const rows = this.#db.prepare('SELECT job_id, attempt_id FROM indexed').all()
    return new Map(rows.map(row => [String(row['job_id']), String(row['attempt_id'])]))
  }

  /** Takes a transcript in, in place of an earlier one of the same job. */
  put(jobId: string, attemptId: string, passages: readonly Passage[]): void {
    transaction(this.#db, () => {
      this.#remove(jobId)
      this.#db.prepare('INSERT INTO indexed (job_id, attempt_id) VALUES (?, ?)').run(jobId, attemptId)
      const insert = this.#db.prepare('INSERT INTO passages (text, job_id, start) VALUES (?, ?, ?)')
      for (const { text, start } of passages) insert.run(text, jobId, start)
    })
  }

  remove(jobId: string): void {
    transaction(this.#db, () => this.#remove(jobId))
  }

  /** Passages with all of these words and phrases, best first. */
  search(phrases: readonly string[], limit: number): readonly Hit[] {
    const rows = this.#db
      .prepare(
        `SELECT text, job_id, start, snippet(passages, 0, '', '', '…', 24) AS snippet
         FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?`,
      )
      .all(phrases.map(quoted).join(' '), limit)
    return rows.map(row => ({
      jobId: String(row['job_id']),
      start: Number(row['start']),
      text: String(row['text']),
      snippet: String(row['snippet']),
    }))
  }

  close(): void {
    this.#db.close()
  }

  #remove(jobId: string): void {
    this.#db.prepare('DELETE FROM passages WHERE job_id = ?').run(jobId)
    this.#db.prepare('DELETE FROM indexed WHERE job_id = ?').run(jobId)
  }
}

/** A string of FTS5's query language: nothing in it is an operator (https://www.sqlite.org/fts5.html#fts5_strings). */
function quoted(phrase: string): string {
  return `"${phrase.replaceAll('"', '""')}"`
}
