import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Masker } from './masker.ts'

function masked(secrets: readonly string[], text: string): string {
  const masker = new Masker()
  for (const secret of secrets) masker.add(secret)
  return masker.mask(text)
}

test('every occurrence is replaced and the rest is untouched', () => {
  assert.equal(masked(['hunter22'], 'a hunter22, hunter22!'), 'a ***, ***!')
  assert.equal(masked([], 'nothing to hide'), 'nothing to hide')
})

test('empty and blank values are ignored', () => {
  assert.equal(masked(['', '  ', '\n'], 'a  b\nc'), 'a  b\nc')
})

test('each line of a multi-line secret is masked, but not its braces', () => {
  assert.equal(masked(['{\n  "key": "abcdef"\n}\n'], 'x "key": "abcdef" } {'), 'x *** } {')
  assert.equal(masked(['first-line\r\nsecond-line'], 'second-line first-line'), '*** ***')
})

test('a very short value is masked as a whole and in no other form', () => {
  assert.equal(masked(['a"b'], 'a"b a\\"b'), '*** a\\"b')
})

test('the encodings programs print are masked', () => {
  const secret = `p&ss "wörd's"/1`
  const forms = [
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ x: secret }).toString().slice(2).replaceAll('%27', "'"),
    secret.replaceAll('"', '\\"'),
    secret.replaceAll("'", `'\\''`),
  ]
  for (const form of forms) assert.equal(masked([secret], `<${form}>`), '<***>', form)
})

test('base64 of a text that contains the secret is masked at each of the three shifts', () => {
  const secret = 'correct-horse'
  for (const prefix of ['', 'u', 'us', 'user:', 'x-access-token:']) {
    const encoded = Buffer.from(`${prefix}${secret}@host`).toString('base64')
    const left = masked([secret], encoded).replace('***', '')
    assert.ok(left.length < encoded.length - 12, `${prefix}: ${left}`)
    assert.ok(!Buffer.from(left, 'base64').toString().includes('horse'))
  }
})

test('the longest secret wins and overlapping ones leave one mark', () => {
  assert.equal(masked(['secret', 'secretary'], 'my secretary'), 'my ***')
  assert.equal(masked(['abcdef', 'defghi'], '<abcdefghi>'), '<***>')
  assert.equal(masked(['aaa'], 'baaaaab'), 'b***b')
  assert.equal(masked(['xyz', 'abxyzcd'], 'abxyzc abxyzcd'), 'ab***c ***')
})

test('a secret added later counts from then on', () => {
  const masker = new Masker()
  masker.add('first')
  assert.equal(masker.mask('first second'), '*** second')
  masker.add('second')
  assert.equal(masker.mask('first second'), '*** ***')
})

test('text that nearly matches over and over takes linear time', { timeout: 5000 }, () => {
  const masker = new Masker()
  for (let length = 1; length <= 200; length++) masker.add(`${'a'.repeat(length)}b`)
  const text = 'a'.repeat(500_000)
  assert.equal(masker.mask(text), text)
})
