import type { Database, Row } from './database.ts'
import { flag, integer, text } from './row.ts'

/** A run or a job in a concurrency group. At most one member of a group is active; the others wait in order. */
export interface GroupMember {
  readonly id: number
  /** Compared without regard to case. */
  readonly name: string
  readonly kind: 'run' | 'job'
  readonly memberId: number
  readonly active: boolean
}

export function groupMembers(db: Database, name: string): readonly GroupMember[] {
  return db.all('SELECT * FROM concurrency_member WHERE name = :name ORDER BY id', { name }).map(groupMember)
}

export function insertMember(db: Database, member: Omit<GroupMember, 'id'>): void {
  db.run(
    `INSERT INTO concurrency_member (name, kind, member_id, active) VALUES (:name, :kind, :memberId, :active)`,
    { ...member, active: member.active ? 1 : 0 },
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
export function activateNext(db: Database, name: string): GroupMember | null {
  const row = db.get(
    `UPDATE concurrency_member SET active = 1
     WHERE id = (SELECT min(id) FROM concurrency_member WHERE name = :name)
       AND NOT EXISTS (SELECT 1 FROM concurrency_member WHERE name = :name AND active = 1)
     RETURNING *`,
    { name },
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
