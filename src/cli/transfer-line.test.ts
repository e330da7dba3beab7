import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { transferLine } from './transfer-line.ts'

test('The line is ended once for what it shows, however often it is ended', () => {
  const err = new PassThrough({ encoding: 'utf8' })
  const streams = {
    in: new PassThrough(),
    out: new PassThrough(),
    err,
    isTTY: true,
    errIsTTY: true,
    width: 80,
  }
  const line = transferLine(streams, 'x')
  line.end()
  line.show(1_048_576, 2_097_152)
  line.end()
  line.end()
  line.show(2_097_152, 2_097_152)
  line.end()
  assert.equal(err.read(), '\rx: 50 % 1 of 2 MB\u001b[K\n\rx: 100 % 2 of 2 MB\u001b[K\n')
})
