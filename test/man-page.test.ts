import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { commands } from '../src/cli/commands.ts'
import { describeCommands } from '../src/cli/describe-commands.ts'
import { renderManPage } from '../src/cli/man-page.ts'
import { settings } from '../src/config/settings.ts'
import { temporaryFolder } from './support/git-repository.ts'

const edition = { version: '1.2.3', date: '2026-11-25' }

test('the manual holds every command, option, setting and exit code, and mandoc finds nothing wrong with it', async t => {
  const described = await describeCommands(commands)
  const file = join(temporaryFolder(t), 'relayq.1')
  writeFileSync(file, renderManPage(described, edition))
  const mandoc = (...args: readonly string[]) => promisify(execFile)('mandoc', [...args, file])
  const { stdout: complaints } = await mandoc('-T', 'lint', '-W', 'warning').catch(error => error)
  assert.equal(complaints, '')
  const { stdout } = await mandoc('-T', 'utf8', '-O', 'width=200')
  const page = stdout.replaceAll(/.[\b]/g, '')
  const words = [
    ...described.flatMap(({ words, options }) => [
      `relayq ${words.join(' ')}`,
      ...options.flatMap(({ long }) => (long === '--help' ? [] : long)),
    ]),
    ...settings.map(({ name }) => name),
    ...['1.2.3', '2026-11-25', 'EXIT STATUS', '75', '~/.config/relayq/env'],
  ]
  assert.deepEqual(
    words.filter(word => !page.includes(word)),
    [],
  )
  assert.doesNotMatch(page, /relayq hub/, 'what is hidden is not told')
})

test('what a description holds of roff’s own signs is shown as it is', async t => {
  const file = join(temporaryFolder(t), 'relayq.1')
  const none = { options: [], commands: [], arguments: [] }
  const summary = '\'.TH \\fBa\\n"b" \\- --c'
  writeFileSync(file, renderManPage([{ words: ['x"y'], summary, ...none }], edition))
  const { stdout } = await promisify(execFile)('mandoc', ['-T', 'utf8', file])
  const page = stdout.replaceAll(/.[\b]/g, '')
  assert.ok(page.includes(`relayq x"y`) && page.includes(`${summary}.`), page)
})
