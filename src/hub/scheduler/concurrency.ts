import type { ConcurrencySetting } from '../../workflow/concurrency.ts'
import type { GroupMember } from '../store/concurrency.ts'

/** With `queue: max`, as many may wait in a group; the next is cancelled (docs/protocol.md, "Concurrency groups"). */
const longestQueue = 100

export type Admission =
  | { readonly place: 'active' }
  | { readonly place: 'pending'; readonly displaced: readonly GroupMember[] }
  | { readonly place: 'refused' }

/** What happens in a group when one more run or job arrives. One is active; the others wait or give way. */
export function admit(setting: ConcurrencySetting, members: readonly GroupMember[]): Admission {
  const waiting = members.filter(member => !member.active)
  if (members.length === 0) return { place: 'active' }
  if (setting.queue === 'max') {
    return waiting.length >= longestQueue ? { place: 'refused' } : { place: 'pending', displaced: [] }
  }
  return { place: 'pending', displaced: setting.cancelInProgress ? members : waiting }
}
