import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RelayError } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { conditionHolds, evaluateExpression } from './expression.ts'
import { statusFunctions } from './functions.ts'

const contexts: JsonObject = {
  github: { ref: 'refs/heads/main', run_id: '7', event: { labels: [{ name: 'Audio' }, { name: 'heavy' }] } },
  inputs: { url: 'http://x', loud: true, times: 3, empty: '' },
  needs: { build: { result: 'success', outputs: { path: 'dist' } } },
  env: { constructor: 'kept', ['__proto__']: 'also kept' },
}

const values: readonly (readonly [string, Json])[] = [
  ['github.ref', 'refs/heads/main'],
  ['GitHub.REF', 'refs/heads/main'],
  ['github.nothing.at.all', null],
  ['matrix.os', null],
  ['secrets', null],
  ['inputs.loud && inputs.times || 1', 3],
  ["inputs.empty || 'default'", 'default'],
  ["github.ref == 'REFS/HEADS/MAIN'", true],
  ["inputs.times == '3'", true],
  ['inputs.loud == 1', true],
  ['null == 0', true],
  ['fromJSON(\'{"a":[1,2]}\').a[1]', 2],
  ['fromJSON(\'{"constructor":5}\').constructor', 5],
  ['github.event.labels.*.name', ['Audio', 'heavy']],
  ["contains(github.event.labels.*.name, 'audio')", true],
  ["join(github.event.labels.*.name, '+')", 'Audio+heavy'],
  ["format('{0} {{it''s}} ''{1}''', inputs.times, null)", "3 {it's} ''"],
  ["format('{0}', inputs)", 'Object'],
  ["startsWith(github.ref, 'refs/') && endsWith(github.ref, 'MAIN')", true],
  ['toJSON(inputs.times)', '3'],
  ['needs.build', { result: 'success', outputs: { path: 'dist' } }],
  ['env.constructor', 'kept'],
  ["env['__proto__']", 'also kept'],
  ['env.toString', null],
  ['!inputs.empty', true],
  ['1 < 2 && 2 >= 2', true],
  ["case(inputs.times == 3, 'three', 'other')", 'three'],
]

for (const [text, expected] of values) {
  test(`\${{ ${text} }} is ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(evaluateExpression(text, { contexts }), expected)
  })
}

test('functions of the place where an expression stands are found without regard to case', () => {
  const functions = { hashFiles: (args: readonly Json[]) => `hash of ${args.join(' ')}` }
  assert.equal(evaluateExpression("HASHFILES('a', 'b')", { contexts, functions }), 'hash of a b')
})

test('an unusable expression is an error that shows it', () => {
  const broken = [
    '',
    'nonsense.a',
    'nothing()',
    'github.',
    "'open",
    "fromJSON('{')",
    "fromJSON('')",
    'a b',
    "format('{1}', 1)",
  ]
  for (const text of [
    ...broken,
    'hashFiles()',
    `${'('.repeat(60)}1${')'.repeat(60)}`,
    `'${'x'.repeat(30_000)}'`,
  ]) {
    assert.throws(
      () => evaluateExpression(text, { contexts }),
      error => error instanceof RelayError && error.code === 'invalid_workflow',
      text,
    )
  }
})

test('a long list does not overflow the stack', () => {
  const long = Array.from({ length: 200_000 }, (_, index) => index)
  assert.equal(evaluateExpression('inputs.long[199999]', { contexts: { inputs: { long } } }), 199_999)
})

test('truthiness is that of GitHub', () => {
  for (const text of ["''", '0', 'null', 'false', 'NaN', 'matrix.os']) {
    assert.equal(conditionHolds(text, { contexts }), false, text)
  }
  for (const text of ["'false'", "'0'", '-1', 'github', "fromJSON('[]')"]) {
    assert.equal(conditionHolds(text, { contexts }), true, text)
  }
})

test('a step runs by default only while nothing failed and nobody cancelled', () => {
  const holds = (text: string, failed: boolean, cancelled: boolean) =>
    conditionHolds(text, { contexts, functions: statusFunctions({ failed, cancelled }) })
  assert.equal(holds('', false, false), true)
  assert.equal(holds('success()', true, false), false)
  assert.equal(holds('failure()', true, false), true)
  assert.equal(holds('failure()', true, true), false)
  assert.equal(holds('always()', true, true), true)
  assert.equal(holds('cancelled()', false, true), true)
  assert.equal(holds('!cancelled()', true, false), true)
})
