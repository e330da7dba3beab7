import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printable, usableWidth, withoutColours } from './streams.ts'

const colours = '\u001b[31mred\u001b[0m \u001b[2J'

test('A terminal that says it has no columns is taken for the usual one', () => {
  assert.deepEqual([0, 19, 20, 200, undefined].map(usableWidth), [80, 80, 20, 200, 120])
})

test('Colours are for nobody, and what moves a cursor is not for a terminal', () => {
  assert.equal(withoutColours(colours), 'red \u001b[2J')
  assert.equal(printable(`${colours}\r\n\ta`), 'red \uFFFD[2J\uFFFD\n\ta')
})
