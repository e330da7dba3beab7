import type { Millis } from '../../base/clock.ts'
import type { Database, Row } from './database.ts'
import type { ConcurrencyGroup, Page } from './records.ts'
import { flag, integer, text, timeOrNull } from './row.ts'

/** A run or a job in a concurrency group. At most one member of a group is active; the others wait in order. */
export interface GroupMember {
  readonly id: number
  /** Compared without regard to case. */
  readonly name: string
  readonly kind: 'run' | 'job'
  readonly memberId: number
  readonly active: boolean
}

/** The groups that have members, in order of name. `after`: the last name of the page before. */
export function listGroups(
  db: Database,
  { after, limit }: { readonly after: string; readonly limit: number },
): Page<ConcurrencyGroup> {
  const count = db.get('SELECT count(DISTINCT name) AS total FROM concurrency_member')
  const rows = db.all(
    `SELECT name, max(acquired_ms) AS acquired_ms FROM concurrency_member WHERE name > :after
     GROUP BY name ORDER BY name LIMIT :limit`,
    { after, limit },
  )
  const items = rows.map(row => ({ name: text(row, 'name'), acquiredAt: timeOrNull(row, 'acquired_ms') }))
  return { totalCount: count ? integer(count, 'total') : 0, items }
}

/** The active one first, the others in the order they wait in. */
export function groupMembers(db: Database, name: string): readonly GroupMember[] {
  return db
    .all('SELECT * FROM concurrency_member WHERE name = :name ORDER BY active DESC, id', { name })
    .map(groupMember)
}

export function insertMember(db: Database, member: Omit<GroupMember, 'id'>, now: Millis): void {
  db.run(
    `INSERT INTO concurrency_member (name, kind, member_id, active, acquired_ms)
     VALUES (:name, :kind, :memberId, :active, iif(:active, :now, NULL))`,
    { ...member, active: member.active ? 1 : 0, now },
  )
}

export function membershipOf(db: Database, kind: GroupMember['kind'], memberId: number): GroupMember | null {
  const row = db.get('SELECT * FROM concurrency_member WHERE kind = :kind AND member_id = :memberId', {
    kind,
    memberId,
  })
  return row && groupMember(row)
}

export function deleteMember(db: Database, id: number): void {
  db.run('DELETE FROM concurrency_member WHERE id = :id', { id })
}

/** The one that has waited longest becomes active; null when none waits, or another one is active. */
export function activateNext(db: Database, name: string, now: Millis): GroupMember | null {
  const row = db.get(
    `UPDATE concurrency_member SET active = 1, acquired_ms = :now
     WHERE id = (SELECT min(id) FROM concurrency_member WHERE name = :name)
       AND NOT EXISTS (SELECT 1 FROM concurrency_member WHERE name = :name AND active = 1)
     RETURNING *`,
    { name, now },
  )
  return row && groupMember(row)
}

function groupMember(row: Row): GroupMember {
  return {
    id: integer(row, 'id'),
    name: text(row, 'name'),
    kind: text(row, 'kind') === 'run' ? 'run' : 'job',
    memberId: integer(row, 'member_id'),
    active: flag(row, 'active'),
  }
}
