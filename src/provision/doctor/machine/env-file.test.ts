import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runChecks } from '../check.ts'
import { envFileCheck, judgeEnvFile } from './env-file.ts'

test('A file of keys that others may read is a problem, and the mend is to close it', () => {
  const found = judgeEnvFile('/home/a/env', 0o644)
  assert.equal(found.severity, 'problem')
  assert.deepEqual(found.mend, {
    command: 'chmod 600 /home/a/env',
    isSafe: true,
    words: ['chmod', '600', '/home/a/env'],
  })
  assert.equal(judgeEnvFile('/home/a/env', 0o600).severity, 'ok')
  const hidden = judgeEnvFile('/home/a/env', 'hidden')
  assert.deepEqual([hidden.severity, hidden.mend?.command], ['warning', 'sudo relayq doctor machine'])
})

test('The file itself is looked at, and may be absent', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-doctor-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'env')
  const severity = async () => (await runChecks([envFileCheck(file)])).map(found => found.severity)
  assert.deepEqual(await severity(), ['ok'])
  writeFileSync(file, 'AI_API_KEY=x\n', { mode: 0o600 })
  assert.deepEqual(await severity(), ['ok'])
  chmodSync(file, 0o640)
  assert.deepEqual(await severity(), ['problem'])
})
