import assert from 'node:assert/strict'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'node:test'
import { readSecret } from './read-secret.ts'
import type { Streams } from './streams.ts'

function streams(input: Readable): Streams & { readonly err: PassThrough; readonly said: () => string } {
  const err = new PassThrough()
  const shared = { isTTY: false, errIsTTY: true, width: 80 }
  return { in: input, out: new PassThrough(), err, ...shared, said: () => String(err.read() ?? '') }
}

/** A terminal as readline sees one: keys come in, and it may be told not to echo them. */
function terminal() {
  const modes: boolean[] = []
  const keys = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => void modes.push(isRaw),
  })
  return { keys, modes }
}

test('a secret on stdin loses one line end, and nothing else', async () => {
  const read = (text: string) => readSecret(streams(Readable.from([Buffer.from(text)])), 'KEY')
  assert.equal(await read(' a b \n'), ' a b ')
  assert.equal(await read('a\r\n'), 'a')
  assert.equal(await read('a\nb\n\n'), 'a\nb\n')
  await assert.rejects(read('\n'), { code: 'usage' })
})

test('a secret is typed unseen, with corrections, and the terminal is left as it was', async () => {
  const { keys, modes } = terminal()
  const desk = streams(keys)
  const value = readSecret(desk, 'KEY')
  keys.write('hunter3\u007f2\r')
  assert.equal(await value, 'hunter2')
  assert.equal(desk.said(), 'KEY (hidden): \n')
  assert.deepEqual(modes, [true, false])
})

test('a secret is asked for only when the terminal has stopped to echo', async () => {
  const { keys, modes } = terminal()
  const desk = streams(keys)
  let wasHidden: boolean | undefined
  desk.err.once('data', () => {
    wasHidden = modes.at(-1)
    keys.write('x\r')
  })
  assert.equal(await readSecret(desk, 'KEY'), 'x')
  assert.equal(wasHidden, true)
})

test('Ctrl-C and Ctrl-D set nothing', async () => {
  for (const key of ['\u0003', '\u0004']) {
    const { keys, modes } = terminal()
    const value = readSecret(streams(keys), 'KEY')
    keys.write(key)
    await assert.rejects(value, { code: 'cancelled' })
    assert.equal(modes.at(-1), false)
  }
})
