import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { identifyProcess, isAlive } from './process-identity.ts'

test('A process is alive under its own start time, and a recycled number is not it', () => {
  const self = identifyProcess(process.pid)
  assert.ok(self)
  assert.ok(isAlive(self))
  assert.equal(isAlive({ ...self, startTime: `${self.startTime}0` }), false)
})

test('A process that has ended has no identity', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  const identity = child.pid === undefined ? null : identifyProcess(child.pid)
  assert.ok(identity)
  await once(child, 'exit')
  assert.equal(isAlive(identity), false)
  assert.equal(identifyProcess(identity.pid), null)
})
