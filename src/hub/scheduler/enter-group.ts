import type { ConcurrencySetting } from '../../workflow/concurrency.ts'
import { type GroupMember, groupMembers, insertMember } from '../store/concurrency.ts'
import { findJob } from '../store/jobs.ts'
import { cancelJob, cancelRun } from './cancel.ts'
import type { Change } from './change.ts'
import { admit } from './concurrency.ts'

/** Puts a run or job into its group, and cancels those that must give way to it. */
export function enterGroup(
  change: Change,
  setting: ConcurrencySetting,
  member: Pick<GroupMember, 'kind' | 'memberId'>,
): 'active' | 'pending' | 'refused' {
  const admission = admit(setting, groupMembers(change.db, setting.group))
  if (admission.place === 'refused') return 'refused'
  insertMember(
    change.db,
    { ...member, name: setting.group, active: admission.place === 'active' },
    change.now,
  )
  if (admission.place === 'active') return 'active'
  for (const displaced of admission.displaced) giveWay(change, displaced)
  // Those that gave way at once have let the next one in, which may be this one.
  const own = groupMembers(change.db, setting.group).find(
    ({ kind, memberId }) => kind === member.kind && memberId === member.memberId,
  )
  return own?.active ? 'active' : 'pending'
}

function giveWay(change: Change, { kind, memberId, name }: GroupMember): void {
  const cancellation = {
    reason: 'concurrency',
    message: `Canceling since a higher priority waiting request for '${name}' exists`,
  } as const
  if (kind === 'run') {
    cancelRun(change, memberId, cancellation)
    return
  }
  const job = findJob(change.db, memberId)
  if (job) cancelJob(change, job, cancellation)
}
