import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { copyProgram } from './program-copy.ts'

/** What a checkout of a careful root holds: nobody else may look into it. */
const program = {
  'package.json': '{"version": "1.0.0", "dependencies": {"@scope/one": "1", "two": "1"}}',
  'src/cli/main.ts': '',
  '.github/workflows/job.yml': '',
  'node_modules/@scope/one/package.json': '{}',
  'node_modules/@scope/one/bin/run': '#!/bin/sh',
  'node_modules/two/package.json': '{}',
  'node/bin/node': '',
}

/** Its folder, with the program in `from`, under the umask that it was made with. */
function closedProgram(t: TestContext): string {
  const before = process.umask(0o077)
  t.after(() => process.umask(before))
  const folder = mkdtempSync(join(tmpdir(), 'relayq-program-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(program)) {
    const path = join(folder, 'from', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content, { mode: name.includes('/bin/') ? 0o700 : 0o600 })
  }
  return folder
}

test('The account of the runner may read the copy, whatever whoever installs it keeps to himself', async t => {
  const folder = closedProgram(t)
  const root = join(folder, 'from')
  const copied = join(folder, 'program')
  await copyProgram({ root, main: join(root, 'src/cli/main.ts'), node: join(root, 'node/bin/node') }, copied)
  const modes = readdirSync(copied, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map(name => `${name} ${(statSync(join(copied, name)).mode & 0o777).toString(8)}`)
  assert.deepEqual(modes, [
    'bin 755',
    'bin/node 755',
    'bin/relayq 755',
    'relayq 755',
    'relayq/.github 755',
    'relayq/.github/workflows 755',
    'relayq/.github/workflows/job.yml 644',
    'relayq/node_modules 755',
    'relayq/node_modules/@scope 755',
    'relayq/node_modules/@scope/one 755',
    'relayq/node_modules/@scope/one/bin 755',
    'relayq/node_modules/@scope/one/bin/run 755',
    'relayq/node_modules/@scope/one/package.json 644',
    'relayq/node_modules/two 755',
    'relayq/node_modules/two/package.json 644',
    'relayq/package.json 644',
    'relayq/src 755',
    'relayq/src/cli 755',
    'relayq/src/cli/main.ts 644',
    'stamp 644',
  ])
})
