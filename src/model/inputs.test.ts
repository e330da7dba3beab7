import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkInputs, type JobInputs, requireKind } from './inputs.ts'

function check(inputs: JobInputs): JobInputs | string {
  try {
    return checkInputs(requireKind('command'), inputs)
  } catch (thrown) {
    return String(thrown)
  }
}

test('a command needs a script and may do without anything to work on', () => {
  assert.deepEqual(check({ script: 'thumbs.sh', args: '', url: '' }), { script: 'thumbs.sh' })
  assert.deepEqual(check({ script: 'a/b.py', url: 'https://example.com/a' }), {
    ...{ script: 'a/b.py', url: 'https://example.com/a' },
  })
  assert.match(String(check({})), /script is missing/)
  assert.match(String(check({ script: 'a', url: 'https://a.b/c', path: '/a' })), /cannot be given together/)
})

test('a script is a plain name below jobs/', () => {
  for (const script of ['thumbs.sh', 'a', '_x', 'a..b', 'photos/new-2.0.py', 'A+b/c']) {
    assert.deepEqual(check({ script }), { script })
  }
  const strange = [
    '..',
    '.',
    './a',
    '../a',
    'a/../b',
    '/a',
    'a/',
    'a//b',
    '-a',
    'a/-b',
    '.a',
    'a b',
    'a\n',
    '\n',
    "a'",
    'a"b',
  ]
  for (const script of [...strange, 'a\\b', 'a;b', '$(a)', 'a\0', 'ä', 'a'.repeat(101), 'a/b/c/d/e/f']) {
    assert.match(String(check({ script })), /script cannot be/, JSON.stringify(script))
  }
})

test('arguments are a JSON array of texts that a program can be given', () => {
  for (const args of ['[]', '[""]', '["--width", "320"]', '["a\\nb", "\\u00e4"]']) {
    assert.deepEqual(check({ script: 'a', args }), { script: 'a', args })
  }
  for (const args of [
    '--width 320',
    '{}',
    '"a"',
    '[1]',
    '[null]',
    '[["a"]]',
    '["a\\u0000b"]',
    '["a"',
    JSON.stringify(['a'.repeat(60_000)]),
  ]) {
    assert.match(String(check({ script: 'a', args })), /args cannot be/, args.slice(0, 40))
  }
})
