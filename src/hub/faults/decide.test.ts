import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AskedRequest, decide, matches, type SwitchedFault } from './decide.ts'
import type { RequestFault } from './fault.ts'

const on = (fault: RequestFault): SwitchedFault => ({ fault, since: 1000, seen: 0, hits: 0 })
const runs: AskedRequest = { method: 'GET', path: '/repos/octo/queue/actions/runs', surface: 'rest' }

/** Which of so many equal requests are hit, as `x` and `.`. */
function hitsOf(faults: readonly RequestFault[], count: number, request = runs): string {
  let switched: readonly SwitchedFault[] = faults.map(on)
  let hits = ''
  for (let n = 0; n < count; n += 1) {
    const verdict = decide(switched, request, 1000)
    switched = verdict.switched
    hits += verdict.breaking || verdict.delayMs > 0 ? 'x' : '.'
  }
  return hits
}

test('A pattern is the whole path, and * stands for any characters', () => {
  const cases: readonly (readonly [pattern: string, path: string, expected: boolean])[] = [
    ['/user', '/user', true],
    ['/user', '/users', false],
    ['/repos/*', '/repos/octo/queue', true],
    ['/repos/*', '/repos', false],
    ['*/runs', '/repos/octo/queue/actions/runs', true],
    ['*/runs', '/repos/octo/queue/actions/runs/1', false],
    ['/repos/*/actions/*/dispatches', '/repos/octo/queue/actions/workflows/x.yml/dispatches', true],
    ['/a*a', '/a', false],
    ['/a*b*b', '/ab', false],
    ['*', '/anything', true],
    ['/a.c', '/abc', false],
  ]
  for (const [pattern, path, expected] of cases) assert.equal(matches(pattern, path), expected, pattern)
})

test('No pattern makes matching slow', () => {
  const begin = performance.now()
  assert.equal(matches(`/${'*a'.repeat(250)}b`, `/${'a'.repeat(100_000)}`), false)
  assert.ok(performance.now() - begin < 1000)
})

test('A fault without a path hits REST alone; the runner protocol is hit by its path', () => {
  const poll: AskedRequest = { method: 'GET', path: '/_services/broker/message', surface: 'other' }
  assert.equal(hitsOf([{ kind: 'drop_before' }], 1, runs), 'x')
  assert.equal(hitsOf([{ kind: 'drop_before' }], 1, poll), '.')
  assert.equal(hitsOf([{ kind: 'drop_before', path: '/_services/*' }], 1, poll), 'x')
})

test('A fault hits its method only, and a stale list only what is read', () => {
  assert.equal(hitsOf([{ kind: 'error_before', method: 'POST' }], 1), '.')
  assert.equal(hitsOf([{ kind: 'stale_list', path: '*' }], 1, { ...runs, method: 'POST' }), '.')
})

test('A fault is over after its hits, or after its time', () => {
  assert.equal(hitsOf([{ kind: 'error_before', times: 2 }], 4), 'xx..')
  const timed = [on({ kind: 'error_before', for_ms: 500 })]
  assert.ok(decide(timed, runs, 1499).breaking)
  assert.equal(decide(timed, runs, 1500).breaking, null)
})

test('A probability hits about that share, and with the same seed the same requests', () => {
  const fault = { kind: 'error_before', probability: 0.3, seed: 7 } as const
  const hits = hitsOf([fault], 1000)
  const share = [...hits].filter(hit => hit === 'x').length
  assert.ok(share > 250 && share < 350, `${share} of 1000`)
  assert.equal(hitsOf([fault], 1000), hits)
  assert.notEqual(hitsOf([{ ...fault, seed: 8 }], 1000), hits)
})

test('Latencies add up, the first fault that breaks a request has it alone', () => {
  const faults: readonly RequestFault[] = [
    { kind: 'latency', delay_ms: 10 },
    { kind: 'error_after', times: 1 },
    { kind: 'drop_after', times: 1 },
    { kind: 'latency', delay_ms: 5 },
  ]
  const first = decide(faults.map(on), runs, 1000)
  assert.deepEqual([first.delayMs, first.breaking?.kind], [15, 'error_after'])
  const second = decide(first.switched, runs, 1000)
  assert.deepEqual([second.delayMs, second.breaking?.kind], [15, 'drop_after'])
  assert.deepEqual(
    second.switched.map(({ seen, hits }) => [seen, hits]),
    [
      [2, 2],
      [1, 1],
      [1, 1],
      [2, 2],
    ],
  )
})
