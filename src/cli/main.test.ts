import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runProgram } from '../base/process.ts'

test('the compile cache never lands in the folder one is in', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-main-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const cwd = join(folder, 'here')
  mkdirSync(cwd)
  const env = { HOME: folder, RELAYQ_CACHE_HOME: '../cache', NODE_COMPILE_CACHE: '' }
  const main = join(import.meta.dirname, 'main.ts')
  const ended = await runProgram(process.execPath, [main, 'list', '--help'], { cwd, env })
  assert.equal(ended.kind === 'exited' && ended.code, 0)
  assert.deepEqual(readdirSync(cwd), [])
  assert.match(readdirSync(join(folder, 'cache')).join(), /^compile-\d/)
})
