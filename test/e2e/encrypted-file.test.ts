import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hubFolder } from '../../src/config/hub-file.ts'
import { findPaths } from '../../src/config/paths.ts'
import { type Desk, makeDesk } from '../support/relayq-process.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'

const recording = join(import.meta.dirname, '..', '..', 'examples', 'audio', 'market.mp3')

/** The files below a folder that hold these bytes. */
function filesWith(folder: string, bytes: Buffer | string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return files
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter(path => readFileSync(path).includes(bytes))
}

async function startDesk(t: Parameters<typeof makeDesk>[0]): Promise<Desk> {
  const desk = makeDesk(t, shippedWorkflows)
  const engine = `RELAYQ_SPEECH_COMMAND=["/bin/sh", "-c", "cp {input} ${desk.folder}/heard.wav && echo heard by hand"]\n`
  writeFileSync(join(desk.folder, 'config', 'env'), engine, { mode: 0o600 })
  copyFileSync(recording, join(desk.checkout, 'Dr Who calls.mp3'))
  mkdirSync(join(desk.checkout, 'policy'))
  writeFileSync(join(desk.checkout, 'policy/policy.yaml'), 'routes: {transcribe: {prefer: [box]}}\n')
  const up = await desk.relayq(['up', '--detach', '--runner', 'box=audio'])
  assert.equal(up.code, 0, up.stderr)
  return desk
}

test('an encrypted file is heard on the machine whose key it is for, and no byte of it is at the broker', {
  timeout: 120_000,
}, async t => {
  const desk = await startDesk(t)
  const submit = (...more: readonly string[]) =>
    desk.relayq(['submit', 'transcribe', './Dr Who calls.mp3', 'formats=txt', ...more])
  const refused = await submit('--encrypt')
  assert.deepEqual([refused.code, refused.stdout], [2, ''])
  assert.match(refused.stderr, /relayq runner key.*\n?.*recipients: \{/)

  const key = await desk.relayq(['runner', 'key'])
  assert.match(key.stdout, /^age1[0-9a-z]{58}\n$/, key.stderr)
  assert.equal((await desk.relayq(['runner', 'key'])).stdout, key.stdout)
  assert.equal(statSync(join(desk.folder, 'config', 'runner-key.txt')).mode & 0o777, 0o600)
  writeFileSync(
    join(desk.checkout, 'relayq.yaml'),
    `encrypt: true\nrecipients: {box: ${key.stdout.trim()}}\n`,
  )

  // The supervisor has read its settings before. Held, so that what lies at the broker can be looked at.
  const held = await submit('--in', '8h')
  assert.equal(held.code, 0, held.stderr)
  const store = hubFolder(findPaths(desk.env), desk.checkout)
  const plain = readFileSync(recording)
  const pieces = [0, 1_000, plain.length - 40].map(at => plain.subarray(at, at + 32))
  for (const piece of pieces) assert.deepEqual(filesWith(store, piece), [])
  assert.equal(filesWith(store, 'age-encryption.org/v1').length, 1)
  assert.equal((await desk.relayq(['cancel', held.stdout.trim()])).code, 0)
  assert.deepEqual(filesWith(store, 'age-encryption.org/v1'), [])

  const done = await submit('--wait')
  assert.equal(done.code, 0, done.stderr)
  assert.match(done.stderr, /the file went encrypted/)
  assert.match((await desk.relayq(['result', done.stdout.trim()])).stdout, /heard by hand/)
  assert.ok(existsSync(join(desk.folder, 'heard.wav')))
  for (const piece of pieces) assert.deepEqual(filesWith(store, piece), [])
  assert.deepEqual(filesWith(store, 'Dr Who'), [])
})
