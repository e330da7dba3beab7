import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { openPrompt } from './prompt.ts'

/** A terminal that writes down, in their order, what was asked and when its echo was switched. */
function terminal() {
  const events: string[] = []
  const input = new PassThrough()
  const setRawMode = (raw: boolean) => {
    events.push(raw ? 'echo off' : 'echo on')
    return input
  }
  Object.assign(input, { isTTY: true, setRawMode })
  const err = new PassThrough().on('data', chunk => events.push(String(chunk)))
  const streams = { in: input, out: new PassThrough(), err, isTTY: true, errIsTTY: true, width: 80 }
  return { events, input, streams }
}

test('the echo is off before the question is asked, and a secret is written nowhere', async () => {
  const { events, input, streams } = terminal()
  const asked = openPrompt(streams, 'Stopped.')?.secret('Token: ')
  input.write('s3cret\r')
  assert.equal(await asked, 's3cret')
  assert.deepEqual(events.slice(0, 2), ['echo off', 'Token: '])
  assert.ok(!events.join('').includes('s3cret'))
  assert.ok(events.includes('echo on'))
})

test('nobody is asked where one of the ends is no terminal', () => {
  const { streams } = terminal()
  assert.equal(openPrompt({ ...streams, errIsTTY: false }, ''), null)
  assert.equal(openPrompt({ ...streams, in: new PassThrough() }, ''), null)
})

test('keys that take back are no part of an answer, on a dumb terminal either', async t => {
  const term = process.env['TERM'] ?? ''
  t.after(() => {
    process.env['TERM'] = term
  })
  for (const name of ['dumb', 'xterm']) {
    process.env['TERM'] = name
    const { input, streams } = terminal()
    const asked = openPrompt(streams, '')?.secret('Token: ')
    input.write('abd\u007fc\r')
    assert.equal(await asked, 'abc', name)
  }
})
