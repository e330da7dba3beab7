import { RelayError } from '../../base/errors.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Check } from './check.ts'
import { type Finding, manualMend, ok, problem, warning } from './finding.ts'

const name = 'policy'

/** `read`: null where there is none and none was named. */
export function policyCheck(read: () => Promise<Policy | null>): Check {
  return { name, timeoutMs: 5_000, look: async () => [judgePolicy(await outcomeOf(read))] }
}

/** Throws nothing but what is no fault of the file. */
async function outcomeOf(read: () => Promise<Policy | null>): Promise<Policy | RelayError | null> {
  try {
    return await read()
  } catch (thrown) {
    if (thrown instanceof RelayError && thrown.code === 'invalid_policy') return thrown
    throw thrown
  }
}

export function judgePolicy(outcome: Policy | RelayError | null): Finding {
  if (outcome === null) {
    return warning(name, 'there is none', {
      why: 'each job goes to any machine with the labels its workflow names: there is no preference and no fallback',
      mend: manualMend('relayq init'),
    })
  }
  if (outcome instanceof RelayError) {
    return problem(name, outcome.message, {
      why: `no job is sent while it cannot be read${outcome.hint === null ? '' : `. ${outcome.hint}`}`,
      mend: manualMend('relayq policy check'),
    })
  }
  const kinds = [...outcome.routes.keys()]
  return ok(name, `valid; routes ${kinds.length === 0 ? 'nothing' : kinds.join(', ')}`, outcome.path)
}
