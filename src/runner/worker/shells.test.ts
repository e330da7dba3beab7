import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseShell } from './shells.ts'

const path = process.env['PATH'] ?? ''

async function commandLine(declared: string, searched = path): Promise<string> {
  const choice = await chooseShell(declared, searched)
  if (choice.kind === 'refused') return choice.reason
  return [choice.shell.program, ...choice.shell.args].join(' ')
}

test('bash that is asked for differs from bash by default', async () => {
  assert.equal(await commandLine(''), 'bash -e {0}')
  assert.equal(await commandLine('bash'), 'bash --noprofile --norc -e -o pipefail {0}')
  assert.equal(await commandLine('', '/nonexistent'), 'sh -e {0}')
})

test('a shell of the user’s own is a command line with a place for the script', async () => {
  assert.equal(await commandLine('perl -w {0}'), 'perl -w {0}')
  assert.equal(await commandLine('zsh --file={0} -x'), 'zsh --file={0} -x')
  for (const shell of ['perl -w', 'constructor', '__proto__']) {
    assert.match(await commandLine(shell), /has no \{0\}/)
  }
})

test('shells of other systems are refused by name', async () => {
  for (const shell of ['pwsh', 'powershell', 'cmd']) assert.match(await commandLine(shell), /not built yet/)
})
