import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeDesk } from '../support/relayq-process.ts'

test('relayq errors explains a code, and all of them', async t => {
  const desk = makeDesk(t)
  const one = await desk.relayq(['errors', 'disk_full'])
  assert.match(one.stdout, /^disk_full \(exit code 75\)\nThere is no room.*relayq prune.*another time/s)
  const [first] = JSON.parse((await desk.relayq(['errors', '--json', 'code,exitCode,tryAgain'])).stdout)
  assert.deepEqual(first, { code: 'usage', exitCode: 2, tryAgain: false })
  assert.match((await desk.relayq(['errors'])).stdout, /^no_broker\t4\t/m)
  const wrong = await desk.relayq(['errors', 'disk_ful'])
  assert.deepEqual([wrong.code, wrong.stdout], [2, ''])
  assert.match(wrong.stderr, /Did you mean disk_full\?/)
})
