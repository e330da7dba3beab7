import type { Clock, Millis } from '../../base/clock.ts'
import type { Database, Row } from './database.ts'
import type { Page, PageQuery } from './records.ts'
import { flag, integer, text, textOrNull, time, timeOrNull } from './row.ts'

export interface ReleaseRecord {
  readonly id: number
  readonly tagName: string
  readonly targetCommitish: string
  /** What the tag stood for when the release was published; null for a draft. */
  readonly commitSha: string | null
  readonly name: string | null
  readonly body: string | null
  readonly draft: boolean
  readonly prerelease: boolean
  /** The commit's date, not the release's own, as GitHub has it. */
  readonly createdAt: string
  readonly publishedAt: string | null
  readonly updatedAt: string
}

/** What is written of a release, whole. */
export type ReleaseContent = Pick<
  ReleaseRecord,
  'tagName' | 'targetCommitish' | 'commitSha' | 'name' | 'body' | 'draft' | 'prerelease'
> & { readonly createdMs: Millis }

/** GitHub's `make_latest`. `legacy`: the release of the newest commit. */
export type MakeLatest = 'true' | 'false' | 'legacy'

type Saved = { readonly kind: 'saved'; readonly release: ReleaseRecord } | { readonly kind: 'tag_taken' }

/**
 * The repository's releases. A release's tag is data of the hub and no git ref: the checkout belongs to a person, who
 * would not expect a tag to appear in it and be pushed.
 */
export class ReleaseStore {
  readonly #db: Database
  readonly #now: Clock

  constructor(db: Database, now: Clock) {
    this.#db = db
    this.#now = now
  }

  create(content: ReleaseContent, makeLatest: MakeLatest): Saved {
    return this.#db.transaction(() => {
      if (!content.draft && this.findPublished(content.tagName)) return { kind: 'tag_taken' }
      const { id } = this.#db.run(
        `INSERT INTO release (tag_name, target_commitish, commit_sha, name, body, draft, prerelease, latest_order,
           created_ms, published_ms, updated_ms)
         VALUES (:tagName, :targetCommitish, :commitSha, :name, :body, :draft, :prerelease, :latestOrder,
           :createdMs, CASE WHEN :draft THEN NULL ELSE :now END, :now)`,
        this.#values(content, this.#latestOrder(content, makeLatest)),
      )
      return this.#saved(id)
    })
  }

  /** `makeLatest` null: as it was, and for one that is published by this, the latest. */
  update(
    id: number,
    content: ReleaseContent,
    makeLatest: MakeLatest | null,
  ): Saved | { readonly kind: 'not_found' } {
    return this.#db.transaction(() => {
      const known = this.find(id)
      if (!known) return { kind: 'not_found' }
      const rival = content.draft ? null : this.findPublished(content.tagName)
      if (rival && rival.id !== id) return { kind: 'tag_taken' }
      const rule = makeLatest ?? (known.draft ? 'true' : null)
      const isLeft = rule === null && !content.draft
      this.#db.run(
        `UPDATE release SET tag_name = :tagName, target_commitish = :targetCommitish, commit_sha = :commitSha,
           name = :name, body = :body, draft = :draft, prerelease = :prerelease,
           latest_order = CASE WHEN :isLeft THEN latest_order ELSE :latestOrder END, created_ms = :createdMs,
           published_ms = CASE WHEN :draft THEN NULL ELSE coalesce(published_ms, :now) END, updated_ms = :now
         WHERE id = :id`,
        {
          ...this.#values(content, rule && this.#latestOrder(content, rule)),
          id,
          isLeft: Number(isLeft),
        },
      )
      return this.#saved(id)
    })
  }

  find(id: number): ReleaseRecord | null {
    return this.#one('id = :id', { id })
  }

  findPublished(tagName: string): ReleaseRecord | null {
    return this.#one('draft = 0 AND tag_name = :tagName', { tagName })
  }

  /** The newest of that name that is not published. */
  findDraft(tagName: string): ReleaseRecord | null {
    return this.#one('draft = 1 AND tag_name = :tagName ORDER BY id DESC', { tagName })
  }

  latest(): ReleaseRecord | null {
    const order = 'latest_order DESC NULLS LAST, created_ms DESC, id DESC'
    return this.#one(`draft = 0 AND prerelease = 0 ORDER BY ${order}`, {})
  }

  /** Newest commit first, and of one commit the newest release. */
  list(
    { drafts, oldestFirst = false }: { readonly drafts: boolean; readonly oldestFirst?: boolean },
    { page, perPage }: PageQuery,
  ): Page<ReleaseRecord> {
    const where = drafts ? 'true' : 'draft = 0'
    const direction = oldestFirst ? 'ASC' : 'DESC'
    const rows = this.#db.all(
      `SELECT * FROM release WHERE ${where} ORDER BY created_ms ${direction}, id ${direction}
       LIMIT :limit OFFSET :offset`,
      { limit: perPage, offset: (page - 1) * perPage },
    )
    const count = this.#db.get(`SELECT count(*) AS total FROM release WHERE ${where}`)
    return { totalCount: count ? integer(count, 'total') : 0, items: rows.map(releaseRecord) }
  }

  #one(where: string, values: Readonly<Record<string, number | string>>): ReleaseRecord | null {
    const row = this.#db.get(`SELECT * FROM release WHERE ${where} LIMIT 1`, values)
    return row && releaseRecord(row)
  }

  #saved(id: number): Saved {
    const release = this.find(id)
    if (!release) throw new Error(`release ${id} was not stored`)
    return { kind: 'saved', release }
  }

  #values({ draft, prerelease, ...content }: ReleaseContent, latestOrder: number | null) {
    return {
      ...content,
      draft: Number(draft),
      prerelease: Number(prerelease),
      latestOrder,
      now: this.#now(),
    }
  }

  #latestOrder({ draft, createdMs }: ReleaseContent, rule: MakeLatest): number | null {
    if (draft || rule === 'false') return null
    const row = this.#db.get(
      'SELECT coalesce(max(latest_order), 0) AS highest, max(created_ms) AS newest FROM release WHERE draft = 0',
    )
    const [highest, newest] = row ? [integer(row, 'highest'), integer(row, 'newest')] : [0, 0]
    return rule === 'legacy' && createdMs < newest ? null : highest + 1
  }
}

function releaseRecord(row: Row): ReleaseRecord {
  return {
    id: integer(row, 'id'),
    tagName: text(row, 'tag_name'),
    targetCommitish: text(row, 'target_commitish'),
    commitSha: textOrNull(row, 'commit_sha'),
    name: textOrNull(row, 'name'),
    body: textOrNull(row, 'body'),
    draft: flag(row, 'draft'),
    prerelease: flag(row, 'prerelease'),
    createdAt: time(row, 'created_ms'),
    publishedAt: timeOrNull(row, 'published_ms'),
    updatedAt: time(row, 'updated_ms'),
  }
}

export function releaseExists(db: Database, id: number): boolean {
  return db.get('SELECT 1 FROM release WHERE id = :id', { id }) !== null
}

/** Its files must be gone before it. */
export function deleteReleaseRow(db: Database, id: number): void {
  db.run('DELETE FROM release WHERE id = :id', { id })
}
