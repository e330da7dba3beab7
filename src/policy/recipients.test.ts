import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { seedFleet } from '../../test/support/seed-fleet.ts'
import { evaluatePolicy } from './evaluate.ts'
import { explainDecision } from './explain.ts'
import { parsePolicy } from './parse.ts'
import { recipientsFor } from './recipients.ts'

const policy = parsePolicy(
  `routes:
  transcribe:
    prefer: [macmini]
    fallback: [rpi4, light]
    hosted: last
    constraints: {max_size_mb: 100}
`,
  'policy.yaml',
)

function requestWith(keys: Readonly<Record<string, string>>, pin: string | null = null) {
  return {
    kind: 'transcribe',
    inputs: { sizeBytes: 1_000 },
    fleet: seedFleet({ mac: 'idle', pi: 'idle', pi3: 'offline' }),
    pin,
    keys: new Map(Object.entries(keys)),
  }
}

describe('a file that only some machines can read', () => {
  it('goes to the first of them, and the decision says why not to another', () => {
    const decision = evaluatePolicy(policy, requestWith({ rpi4: 'age1pi' }))
    assert.deepEqual([decision.outcome, decision.label], ['fallback', 'rpi4'])
    const words = explainDecision(decision).join('\n')
    assert.match(words, /macmini: rejected: its key is not known, and the file is encrypted/)
    assert.match(words, /ubuntu-latest: rejected: it has no key/)
  })

  it('goes nowhere when no key is known, and anywhere when it is not encrypted', () => {
    const decision = evaluatePolicy(policy, requestWith({ other: 'age1x' }))
    assert.equal(decision.outcome, 'rejected')
    const { keys: _, ...open } = requestWith({})
    assert.equal(evaluatePolicy(policy, open).label, 'macmini')
  })

  it('is encrypted to every machine of the route, there or not, by name or label, and to no other', () => {
    const keys = { macmini: 'age1mac', rpi4: 'age1pi', light: 'age1light', stranger: 'age1x' }
    assert.deepEqual(recipientsFor(policy, requestWith(keys)), ['age1mac', 'age1pi', 'age1light'])
    const unlisted = { ...requestWith({ macmini: 'age1mac', light: 'age1light' }), fleet: null }
    assert.deepEqual(recipientsFor(policy, unlisted), ['age1mac', 'age1light'])
    assert.deepEqual(recipientsFor(policy, requestWith({ macmini: 'a', rpi4: 'a' })), ['a'])
  })

  it('is encrypted to the machine it is pinned to, and to all where no route says which', () => {
    const keys = { macmini: 'age1mac', rpi4: 'age1pi' }
    assert.deepEqual(recipientsFor(policy, requestWith(keys, 'rpi4')), ['age1pi'])
    assert.deepEqual(recipientsFor(policy, requestWith(keys, 'rpi3')), [])
    const other = { ...requestWith(keys), kind: 'other' }
    assert.deepEqual(recipientsFor(policy, other), ['age1mac', 'age1pi'])
  })

  it('pinned to a label, goes to a machine that can read it', () => {
    const decision = evaluatePolicy(policy, requestWith({ rpi4: 'age1pi' }, 'audio'))
    assert.equal(decision.candidates.find(({ verdict }) => verdict === 'chosen')?.runner, 'rpi4')
    assert.equal(decision.label, 'rpi4')
  })
})
