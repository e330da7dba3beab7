import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { policy } from '../../src/cli/commands/policy.ts'
import { parseCommand } from '../support/parse-command.ts'
import { makeDesk } from '../support/relayq-process.ts'

test('policy takes what to do and a file', () => {
  assert.deepEqual(parseCommand(policy, ['check']), { file: null, json: false })
  assert.deepEqual(parseCommand(policy, ['check', 'p.yaml', '--json']), { file: 'p.yaml', json: true })
  assert.throws(() => parseCommand(policy, ['chek']), { code: 'usage', hint: 'relayq policy check [FILE]' })
})

test('policy check says what a file does, in words and as JSON, without any broker', async t => {
  const desk = makeDesk(t)
  const file = join(desk.folder, 'mine.yaml')
  writeFileSync(file, 'routes:\n  transcribe:\n    prefer: [macmini]\n    hosted: last\n    verify: fail\n')
  const shown = await desk.relayq(['policy', 'check', file])
  assert.deepEqual([shown.code, shown.stderr], [0, ''])
  assert.match(shown.stdout, /mine\.yaml is valid\.\ntranscribe:\n {2}1\. waits for macmini/)
  assert.match(shown.stdout, /^ {2}doubt about a result fails the job$/m)
  const json = JSON.parse((await desk.relayq(['policy', 'check', file, '--json'])).stdout)
  assert.equal(json.routes.transcribe.hosted, 'last')
  assert.equal(json.routes.transcribe.words[1], '2. goes to a GitHub-hosted machine')
})

test('policy check ends with 2 and points at what is wrong', async t => {
  const desk = makeDesk(t)
  const file = join(desk.folder, 'mine.yaml')
  writeFileSync(file, 'routes:\n  transcribe:\n    prefer: [macmini]\n    queue_timout: 10m\n')
  const wrong = await desk.relayq(['policy', 'check', file])
  assert.deepEqual([wrong.code, wrong.stdout], [2, ''])
  assert.match(wrong.stderr, /mine\.yaml:4:5: unknown key "queue_timout".*\n {2}Did you mean queue_timeout\?/)
  const absent = await desk.relayq(['policy', 'check', join(desk.folder, 'absent.yaml')])
  assert.equal(absent.code, 2)
  assert.match(absent.stderr, /There is no policy file .*absent\.yaml/)
})

test('policy check reads the file of the configuration, which a checkout may not have', async t => {
  const desk = makeDesk(t)
  const file = join(desk.folder, 'other.yaml')
  writeFileSync(file, 'routes:\n  transcribe:\n    prefer: [rpi4]\n')
  const shown = await desk.relayq(['policy', 'check'], { RELAYQ_POLICY: file })
  assert.match(shown.stdout, /other\.yaml is valid\.\n.*\n.*waits for rpi4/)
  const absent = await desk.relayq(['policy', 'check'])
  assert.equal(absent.code, 2)
  assert.match(absent.stderr, /no policy file.*\n {2}Write one, or set RELAYQ_POLICY/)
})
