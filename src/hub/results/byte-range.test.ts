import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readByteRange } from './byte-range.ts'

const whole = { kind: 'whole' }
const unsatisfiable = { kind: 'unsatisfiable' }
const part = (start: number, end: number) => ({ kind: 'part', start, end })

test('A range is read as the RFC has it', () => {
  const cases: readonly (readonly [header: string | undefined, size: number, expected: object])[] = [
    [undefined, 10, whole],
    ['bytes=0-3', 10, part(0, 3)],
    ['bytes=0-0', 10, part(0, 0)],
    ['bytes=4-', 10, part(4, 9)],
    ['bytes=4-99', 10, part(4, 9)],
    ['bytes=-4', 10, part(6, 9)],
    ['bytes=-99', 10, part(0, 9)],
    ['bytes=10-', 10, unsatisfiable],
    ['bytes=10-20', 10, unsatisfiable],
    ['bytes=-0', 10, unsatisfiable],
    ['bytes=0-', 0, unsatisfiable],
  ]
  for (const [header, size, expected] of cases)
    assert.deepEqual(readByteRange(header, size), expected, header)
})

test('What is no single range of bytes asks for the whole', () => {
  for (const header of [
    '',
    'bytes=',
    'bytes=-',
    'bytes=3-1',
    'bytes=0-1,4-5',
    'lines=0-1',
    'bytes=a-b',
    'bytes=--1',
  ]) {
    assert.deepEqual(readByteRange(header, 10), whole, header)
  }
  assert.deepEqual(readByteRange(`bytes=${'9'.repeat(400)}-`, 10), whole)
})
