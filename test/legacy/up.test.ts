import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRedis } from '../support/redis-server.ts'
import { makeDesk } from '../support/relayq-process.ts'

test('relayq up on a Redis that is not there says so, and what to do', async t => {
  const desk = makeDesk(t)
  const env = { RELAYQ_REDIS_URL: 'redis://:hunter22@127.0.0.1:1' }
  for (const words of [
    ['up', '--broker', 'redis'],
    ['up', '--broker', 'redis', '--detach'],
    ['legacy', 'worker'],
  ]) {
    const { code, stderr, stdout } = await desk.relayq(words, env)
    assert.equal(code, 75, stderr)
    assert.match(stderr, /Redis at redis:\/\/127\.0\.0\.1:1\/0 cannot be reached/)
    assert.match(stderr, /legacy\/ARCHIVE\.md/)
    assert.doesNotMatch(stderr + stdout, /hunter22/)
  }
})

test('a script is refused by a Redis before there is a job', async t => {
  const { url } = await startRedis(t)
  const desk = makeDesk(t)
  const env = { RELAYQ_REDIS_URL: url }
  const refused = await desk.relayq(['submit', 'command', 'script=x.sh', '--broker', 'redis'], env)
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /has no repository.*\n.*relayq up/)
  assert.equal((await desk.relayq(['list', '--broker', 'redis'], env)).stdout, '')
})

test('a broker that relayq up cannot start, and an address on the command line, are refused', async t => {
  const desk = makeDesk(t)
  const up = await desk.relayq(['up', '--broker', 'rabbit'])
  assert.equal(up.code, 2)
  assert.match(up.stderr, /--broker cannot be "rabbit"/)
  const list = await desk.relayq(['runners', '--broker', 'redis://:hunter22@127.0.0.1:1'])
  assert.equal(list.code, 2)
  assert.match(list.stderr, /RELAYQ_REDIS_URL/)
  assert.doesNotMatch(list.stderr, /hunter22/)
})
