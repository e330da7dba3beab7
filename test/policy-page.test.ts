import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { failureClasses, retryableFailures } from '../src/model/failure.ts'
import { parsePolicy } from '../src/policy/parse.ts'

const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'ROUTING_POLICY.md'), 'utf8')
const examples = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(match => match[1] ?? '')

test('every example of the policy page is a policy, or the lines of a route', () => {
  assert.ok(examples.length > 10)
  for (const example of examples) {
    const text = example.startsWith('routes:') ? example : `routes:\n  transcribe:\n${example}`
    assert.equal(parsePolicy(text, 'example').routes.size, 1, example)
  }
})

test('the policy page names every key, and the failures with their meaning', () => {
  const withAll = examples.find(
    example => example.includes('hosted_minutes_per_month') && /^routes:/.test(example),
  )
  const keys = [...(withAll ?? '').matchAll(/([a-z_]+): /g)].map(match => match[1] ?? '')
  const explained = page.replaceAll(/^```yaml\n.*?^```/gms, '')
  const machine = ['memory_gb', 'cores', 'ffmpeg', 'label']
  const missing = new Set(keys.filter(key => !machine.includes(key) && !explained.includes(key)))
  assert.deepEqual([...missing], [])
  for (const failure of retryableFailures) {
    assert.ok(page.includes(`| \`${failure}\` | ${failureClasses[failure]} |`), failure)
  }
})
