import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseWorkflow } from './parse.ts'
import { evaluateBoolean, evaluateNumber, evaluateString, evaluateToken } from './tokens.ts'

const scope = { contexts: { inputs: { name: 'x', flag: true, count: 2, extra: { b: 1 } } } }

test('every kind of token has its value', () => {
  assert.equal(evaluateToken({ type: 0, lit: 'a' }, scope), 'a')
  assert.equal(evaluateToken({ type: 5, bool: true }, scope), true)
  assert.equal(evaluateToken({ type: 6, num: 1.5 }, scope), 1.5)
  assert.equal(evaluateToken({ type: 7 }, scope), null)
  assert.deepEqual(evaluateToken({ type: 1 }, scope), [])
  assert.deepEqual(evaluateToken({ type: 1, seq: ['a', { type: 3, expr: 'inputs.count' }] }, scope), ['a', 2])
})

test('keys may be expressions, and an insert adds the members of its value', () => {
  const map = [
    { Key: { type: 3, expr: 'inputs.name' }, Value: 'value' },
    { Key: { type: 4, directive: 'insert' }, Value: { type: 3, expr: 'inputs.extra' } },
    { Key: '__proto__', Value: 'an ordinary member' },
  ] as const
  const value = evaluateToken({ type: 2, map }, scope)
  assert.deepEqual(Object.entries(value as object), [
    ['x', 'value'],
    ['b', 1],
    ['__proto__', 'an ordinary member'],
  ])
})

test('an insert in a workflow is carried to the place where it is evaluated', async () => {
  const path = 'env-merges-an-inserted-mapping.yml'
  const content = readFileSync(new URL(`../../test/workflows/${path}`, import.meta.url), 'utf8')
  const [job] = (await parseWorkflow(path, content)).jobs
  assert.deepEqual(evaluateToken(job?.env ?? null, scope), { FIXED: 'one', ADDED: 'two' })
})

test('a key that comes twice is refused', () => {
  const map = [
    { Key: 'B', Value: 1 },
    { Key: { type: 4, directive: 'insert' }, Value: { type: 3, expr: 'inputs.extra' } },
  ] as const
  assert.throws(() => evaluateToken({ type: 2, map }, scope), /'b' is already defined/)
})

test('strings, booleans and numbers convert as GitHub converts them', () => {
  assert.equal(evaluateString(null, scope), '')
  assert.equal(evaluateString(true, scope), 'true')
  assert.equal(evaluateString(1.5, scope), '1.5')
  assert.equal(evaluateString(-0, scope), '0')
  assert.equal(evaluateString({ type: 3, expr: 'inputs' }, scope), 'Object')
  assert.equal(evaluateString({ type: 1, seq: [] }, scope), 'Array')
  assert.equal(evaluateBoolean({ type: 3, expr: 'inputs.flag' }, scope), true)
  assert.equal(evaluateBoolean(null, scope), false)
  assert.equal(evaluateNumber({ type: 3, expr: 'inputs.count' }, scope), 2)
  assert.equal(evaluateNumber(null, scope), null)
  assert.throws(() => evaluateBoolean('true', scope), /true or false was expected/)
  assert.throws(() => evaluateNumber('2', scope), /a number was expected/)
})
