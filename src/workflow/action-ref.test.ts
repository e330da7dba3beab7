import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseActionRef } from './action-ref.ts'

test('the forms of uses are told apart', () => {
  assert.deepEqual(parseActionRef('actions/checkout@v4'), {
    kind: 'repository',
    name: 'actions/checkout',
    path: '',
    ref: 'v4',
  })
  assert.deepEqual(parseActionRef('octo/tools/deep/er@feature/x'), {
    kind: 'repository',
    name: 'octo/tools',
    path: 'deep/er',
    ref: 'feature/x',
  })
  assert.deepEqual(parseActionRef('./tools/action'), { kind: 'local', path: './tools/action' })
  assert.deepEqual(parseActionRef('docker://alpine:3'), { kind: 'docker', image: 'alpine:3' })
})

test('anything else is no action', () => {
  const wrong = [
    '',
    'checkout',
    'actions/checkout',
    'actions/checkout@',
    '@v1',
    'a@v1',
    '/a/b@v1',
    'a/b c@v1',
    'a/b//c@v1',
    'a/b@v1@v2',
  ]
  for (const uses of wrong) assert.equal(parseActionRef(uses), null, uses)
})
