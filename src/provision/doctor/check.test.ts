import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RelayError } from '../../base/errors.ts'
import { type Check, runChecks } from './check.ts'
import { ok, safeMend } from './finding.ts'

test('Checks look side by side, and their findings come in order', async () => {
  const gate = Promise.withResolvers<void>()
  const first: Check = {
    name: 'first',
    timeoutMs: 10_000,
    look: async () => {
      await gate.promise
      return [ok('first', 'well')]
    },
  }
  const second: Check = {
    name: 'second',
    timeoutMs: 10_000,
    look: async () => {
      gate.resolve()
      return [ok('second', 'well')]
    },
  }
  assert.deepEqual(
    (await runChecks([first, second])).map(({ check }) => check),
    ['first', 'second'],
  )
})

test('A look that never ends is given up, told to end, and said to be unknown', async () => {
  let isTold = false
  const look = (signal: AbortSignal) => {
    signal.addEventListener('abort', () => {
      isTold = true
    })
    return new Promise<never>(() => {})
  }
  const [found] = await runChecks([{ name: 'network', timeoutMs: 5, look }])
  assert.equal(found?.severity, 'warning')
  assert.equal(found?.what, 'could not be checked: no answer within 0.005 s')
  assert.ok(isTold)
})

test('What a look throws is one line of a finding, with its hint', async () => {
  const look = async () => {
    throw new RelayError('broker_unreachable', 'no\nanswer.', { hint: 'relayq up' })
  }
  const [found] = await runChecks([{ name: 'broker', timeoutMs: 1_000, look }])
  assert.equal(found?.what, 'could not be checked: no answer. relayq up')
})

test('A safe mend is written as a shell reads it', () => {
  const { command } = safeMend(['chmod', '600', "/home/o'neil/a b/env"])
  assert.equal(command, `chmod 600 '/home/o'\\''neil/a b/env'`)
})
