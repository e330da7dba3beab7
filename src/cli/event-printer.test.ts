import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import type { WatchEvent } from '../queue/watch.ts'
import { EventPrinter } from './event-printer.ts'

function printed(events: readonly WatchEvent[], isTTY: boolean) {
  const [out, err] = [new PassThrough(), new PassThrough()]
  const printer = new EventPrinter(
    { in: new PassThrough(), out, err, isTTY, errIsTTY: isTTY, width: 80 },
    { log: true },
  )
  for (const event of events) printer.print(event)
  return { out: String(out.read() ?? ''), err: String(err.read() ?? '') }
}

const log = (text: string): WatchEvent => ({ kind: 'log', workflowJob: 'transcribe', at: null, text })
const lines = [
  '##[group]Run relayq run-job transcribe',
  'env:',
  '  RELAYQ_ID: j1.1',
  '##[endgroup]',
  'relayq: 6.5 s of audio',
  '##[error]no such page',
].map(log)

test('On a terminal the groups of a log are folded as on GitHub’s page; a program gets every line', () => {
  assert.equal(
    printed(lines, true).out,
    '▸ Run relayq run-job transcribe\nrelayq: 6.5 s of audio\nerror: no such page\n',
  )
  assert.equal(printed(lines, false).out.split('\n').length, lines.length + 1)
})

test('A group that its job never ended hides no other step’s lines', () => {
  const cut = ['##[group]Run a', 'env:', '##[group]Run b', 'x', '##[endgroup]', 'said'].map(log)
  assert.equal(printed(cut, true).out, '▸ Run a\n▸ Run b\nsaid\n')
})

test('The same state for the same reason is said once, though the machine is not named any more', () => {
  const state = (runner: string | null, reason: string | null = 'no key'): WatchEvent => ({
    ...{ kind: 'state', state: 'pending', runner, reason },
  })
  assert.equal(printed([state('rpi4'), state(null)], false).err, 'relayq: pending on rpi4: no key\n')
  assert.equal(printed([state(null), state('rpi4')], false).err.split('\n').length, 3)
  assert.equal(printed([state('rpi4'), state(null, 'held')], false).err.split('\n').length, 3)
})
