import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { writeTable } from './table.ts'

function written(width: number, heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const out = new PassThrough()
  const streams = { in: new PassThrough(), out, err: new PassThrough(), isTTY: true, errIsTTY: true, width }
  writeTable(streams, heading, rows)
  return String(out.read() ?? '')
}

test('A long column gives way to the last one on a narrow terminal, and a short one such as an id never does', () => {
  const rows = [
    ['RELAYQ_MODELS_URL', `https://example.com/${'x'.repeat(60)}`, 'default'],
    ['RELAYQ_POLICY', 'policy.yaml', 'environment'],
  ]
  const lines = written(70, ['SETTING', 'VALUE', 'ORIGIN'], rows).trimEnd().split('\n')
  assert.ok(lines.every(line => line.length <= 70))
  assert.match(lines[1] ?? '', /^RELAYQ_MODELS_URL {2}https:\/\/example\.com\/x+… {2}default$/)
  assert.match(lines[2] ?? '', / {2}environment$/)
  assert.match(
    written(20, ['JOB', 'REASON'], [['jfyfm3nwdp6s', 'no such name']]),
    /^jfyfm3nwdp6s {2}no su…$/m,
  )
  assert.match(written(120, ['SETTING', 'VALUE', 'ORIGIN'], rows), /x{60} {2}default$/m)
})
