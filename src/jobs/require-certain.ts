import { RelayError } from '../base/errors.ts'
import type { Finding } from '../model/finding.ts'
import { requireForm } from '../model/inputs.ts'
import type { Verify } from '../policy/policy.ts'
import type { JobContext } from './context.ts'

/** What doubt does to this job, as the policy says; `warn` where it says nothing. Throws `invalid_input`. */
export function readVerify(env: JobContext['env']): Verify {
  const value = env['RELAYQ_VERIFY'] || 'warn'
  requireForm('invalid_input', 'verify', { kind: 'choice', values: ['fail', 'warn', 'off'] }, value)
  return value as Verify
}

/** Throws `doubtful_result` where the policy wants a result without doubt and this one has some. */
export function requireCertain(env: JobContext['env'], findings: readonly Finding[]): void {
  const doubts = findings.filter(({ severity }) => severity === 'doubt')
  const [first, ...others] = doubts
  if (first === undefined || readVerify(env) !== 'fail') return
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  throw new RelayError('doubtful_result', `The result is in doubt: ${first.message}${more}`, {
    hint: 'Try another engine or model; with "verify: warn" in the policy such a result is kept, with a warning.',
  })
}
