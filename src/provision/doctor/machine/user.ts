import type { Check } from '../check.ts'
import { type Finding, ok, warning } from '../finding.ts'

const name = 'user'

/** As whom jobs of this machine run, where this user starts them. */
export function userCheck(uid: number | null): Check {
  return { name, timeoutMs: 1_000, look: async () => [judgeUser(uid)] }
}

/** null: a system without numbers for users. */
export function judgeUser(uid: number | null): Finding {
  if (uid !== 0) return ok(name, 'not root')
  return warning(name, 'this is root', {
    why: 'a runner that root starts gives every job the whole machine; an own user gives it a home and no more',
  })
}
