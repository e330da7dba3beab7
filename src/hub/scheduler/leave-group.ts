import { activateNext, deleteMember, type GroupMember, membershipOf } from '../store/concurrency.ts'
import { findJob, holdOrQueueJob } from '../store/jobs.ts'
import { setRunStatus } from '../store/runs.ts'
import type { Change } from './change.ts'

/** A run or job has ended: its concurrency group lets the next one in. Nothing happens when it is in no group. */
export function leaveGroup(change: Change, kind: GroupMember['kind'], memberId: number): void {
  const membership = membershipOf(change.db, kind, memberId)
  if (!membership) return
  deleteMember(change.db, membership.id)
  const next = activateNext(change.db, membership.name, change.now)
  if (next) letIn(change, next)
}

function letIn(change: Change, member: GroupMember): void {
  if (member.kind === 'run') {
    setRunStatus(change.db, member.memberId, 'queued', change.now)
    change.touched.add(member.memberId)
    return
  }
  const job = findJob(change.db, member.memberId)
  if (job) holdOrQueueJob(change.db, job, 'queued', change.now)
}
