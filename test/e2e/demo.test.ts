import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { randomId } from '../../src/base/id.ts'
import { runProgram } from '../../src/base/process.ts'
import { listMarked } from '../../src/base/process-tree.ts'

const root = join(import.meta.dirname, '../..')

test('the demo transcribes every recording on the machine it should, and leaves nothing behind', {
  timeout: 120_000,
}, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-demo-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const temporary = join(folder, 'tmp')
  mkdirSync(temporary)
  const marker = { name: 'RELAYQ_DEMO_TEST', value: randomId() }
  const env = { ...process.env, TMPDIR: temporary, HOME: folder, [marker.name]: marker.value }
  const ended = await runProgram(join(root, 'relayq'), ['demo'], { env, cwd: '/' })
  assert.equal(ended.kind === 'exited' && ended.code, 0, JSON.stringify(ended))
  const { stdout } = ended as Extract<typeof ended, { kind: 'exited' }>
  const last = /^demo: (\d+) jobs, (\d+) succeeded, worst WER ([\d.]+)%$/.exec(
    stdout.trim().split('\n').at(-1) ?? '',
  )
  assert.ok(last, stdout)
  const [, jobs, succeeded, worst] = last.map(Number)
  assert.ok(jobs !== undefined && jobs >= 4 && succeeded === jobs, stdout)
  assert.ok(worst !== undefined && worst < 20, 'below the 25 % promised, with room for other versions')
  assert.match(stdout, /rpi4 is the fallback .*macmini: offline/, 'the fallback is explained')
  assert.deepEqual(await listMarked(marker), [], 'no process is left')
  assert.deepEqual(
    readdirSync(temporary).filter(name => name.startsWith('relayq-')),
    [],
    'no folder is left',
  )
})
