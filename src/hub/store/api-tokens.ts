import { createHash } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { randomId } from '../../base/id.ts'
import type { Permissions } from '../../workflow/workflow.ts'
import type { Identity } from '../auth.ts'
import type { Database, Row } from './database.ts'
import { integer, jsonObjectOrNull, text, time } from './row.ts'

/** `admin` may do all the owner may, `fine_grained` what its permissions say, as GitHub's fine-grained tokens. */
export const tokenScopes = ['read', 'dispatch', 'admin', 'fine_grained'] as const
export type TokenScope = (typeof tokenScopes)[number]

export interface ApiTokenRecord {
  readonly id: number
  /** For people: what it is for. */
  readonly name: string
  readonly scope: TokenScope
  /** Of a fine-grained token; null for every other. */
  readonly permissions: Permissions | null
  readonly createdAt: string
}

type NewToken = Pick<ApiTokenRecord, 'name' | 'scope' | 'permissions'>

/** 5 bits a character: more than anyone can guess. */
const tokenLength = 40

/** Tokens the owner makes for programs. Only hashes are stored: a token is shown once, when it is made. */
export class ApiTokenStore {
  readonly #db: Database
  readonly #now: Clock

  constructor(db: Database, now: Clock) {
    this.#db = db
    this.#now = now
  }

  create({ name, scope, permissions }: NewToken): {
    readonly record: ApiTokenRecord
    readonly token: string
  } {
    const token = `rqt_${randomId(tokenLength)}`
    const { id } = this.#db.run(
      `INSERT INTO api_token (name, scope, permissions, token_hash, created_ms)
       VALUES (:name, :scope, :permissions, :hash, :now)`,
      {
        name,
        scope,
        permissions: permissions && JSON.stringify(permissions),
        hash: hashOf(token),
        now: this.#now(),
      },
    )
    const row = this.#db.get('SELECT * FROM api_token WHERE id = :id', { id })
    if (!row) throw new Error(`token ${id} was not stored`)
    return { record: tokenRecord(row), token }
  }

  /** Oldest first. */
  list(): readonly ApiTokenRecord[] {
    return this.#db.all('SELECT * FROM api_token ORDER BY id').map(tokenRecord)
  }

  remove(id: number): boolean {
    return this.#db.run('DELETE FROM api_token WHERE id = :id', { id }).changes === 1
  }

  identify(token: string): Identity | null {
    if (!token.startsWith('rqt_')) return null
    const row = this.#db.get('SELECT * FROM api_token WHERE token_hash = :hash', { hash: hashOf(token) })
    if (!row) return null
    const { id, scope, permissions } = tokenRecord(row)
    switch (scope) {
      case 'admin':
        return { kind: 'owner' }
      case 'fine_grained':
        return { kind: 'fine_grained', id, permissions: permissions ?? {} }
      default:
        return { kind: 'token', id, scope }
    }
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function tokenRecord(row: Row): ApiTokenRecord {
  return {
    id: integer(row, 'id'),
    name: text(row, 'name'),
    scope: text(row, 'scope') as TokenScope,
    permissions: jsonObjectOrNull(row, 'permissions') as Permissions | null,
    createdAt: time(row, 'created_ms'),
  }
}
