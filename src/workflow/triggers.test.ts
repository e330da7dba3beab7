import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import { eventInputs, resolveDispatchInputs } from './triggers.ts'
import type { DispatchInput } from './workflow.ts'

function input(name: string, rest: Partial<DispatchInput> = {}): DispatchInput {
  return { name, type: 'string', required: false, default: null, options: [], description: '', ...rest }
}

const trigger = {
  inputs: [
    input('url', { required: true }),
    input('model', { default: '' }),
    input('loud', { type: 'boolean' }),
    input('times', { type: 'number', default: 3 }),
    input('colour', { type: 'choice', options: ['red', 'green'], default: 'green' }),
    input('where', { type: 'environment' }),
  ],
}

function refusal(given: JsonObject): string {
  const resolved = resolveDispatchInputs(trigger, given)
  assert.equal(resolved.kind, 'rejected')
  return resolved.message
}

test('inputs are typed, and defaults fill what was not given', () => {
  assert.deepEqual(resolveDispatchInputs(trigger, { url: 'http://x', loud: 'true', times: '2.5' }), {
    kind: 'ok',
    inputs: { url: 'http://x', model: '', loud: true, times: 2.5, colour: 'green', where: '' },
  })
})

test('JSON values are taken for what they are', () => {
  const resolved = resolveDispatchInputs(trigger, { url: 'http://x', loud: false, times: 4 })
  assert.deepEqual(resolved.kind === 'ok' && [resolved.inputs['loud'], resolved.inputs['times']], [false, 4])
})

test('github.event.inputs holds strings', () => {
  const inputs = { url: 'x', loud: true, times: 2.5, where: '' }
  assert.deepEqual(eventInputs(inputs), { url: 'x', loud: 'true', times: '2.5', where: '' })
})

test('a refused dispatch says what GitHub says', () => {
  assert.equal(refusal({}), "Required input 'url' not provided")
  assert.equal(refusal({ url: '' }), "Required input 'url' not provided")
  assert.equal(refusal({ url: 'x', b: '1', a: '2' }), 'Unexpected inputs provided: ["b","a"]')
  assert.equal(
    refusal({ url: 'x', colour: 'blue' }),
    "Provided value 'blue' for input 'colour' not in the list of allowed values",
  )
  assert.equal(
    refusal({ url: 'x', loud: 'yes' }),
    "Provided value 'yes' for input 'loud' not in the list of allowed values",
  )
  assert.equal(
    refusal({ url: 'x', times: 'many' }),
    "Provided value 'many' for input 'times' is not a number",
  )
})

test('names of JavaScript are no inputs', () => {
  assert.equal(
    refusal(JSON.parse('{"url":"x","__proto__":"y"}')),
    'Unexpected inputs provided: ["__proto__"]',
  )
  const named = { inputs: [input('constructor'), input('toString', { required: true })] }
  assert.deepEqual(resolveDispatchInputs(named, {}), {
    kind: 'rejected',
    message: "Required input 'toString' not provided",
  })
})

test('too many and too large inputs are refused', () => {
  const many = Object.fromEntries(Array.from({ length: 26 }, (_, index) => [`i${index}`, '']))
  assert.equal(refusal(many), 'You may only provide up to 25 inputs')
  assert.equal(refusal({ url: 'x'.repeat(65_536) }), 'inputs are too large.')
  assert.match(refusal({ url: { nested: true } }), /'url'/)
})
