import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { kindsCommand } from '../../src/cli/commands/kinds.ts'
import { kinds } from '../../src/model/kinds.ts'
import { parseCommand } from '../support/parse-command.ts'
import { makeDesk } from '../support/relayq-process.ts'

test('kinds takes a kind, and knows the one that was meant', () => {
  assert.deepEqual(parseCommand(kindsCommand, []), { kind: null, json: null })
  assert.equal(parseCommand(kindsCommand, ['transcode']).kind?.name, 'transcode')
  assert.throws(() => parseCommand(kindsCommand, ['transcod']), {
    code: 'unknown_kind',
    hint: 'Did you mean transcode?',
  })
  assert.throws(() => parseCommand(kindsCommand, ['--json', 'colour']), { code: 'usage' })
})

test('relayq kinds has a line for every kind, and tells the inputs of one, without any broker', async t => {
  const desk = makeDesk(t)
  const all = await desk.relayq(['kinds'])
  assert.deepEqual([all.code, all.stderr], [0, ''])
  assert.deepEqual(
    all.stdout.trimEnd().split('\n'),
    kinds.map(({ name, description }) => `${name}\t${description}`),
  )
  const one = await desk.relayq(['kinds', 'transcode'])
  assert.match(one.stdout, /^transcode: .*\nworkflow {2}transcode_media\.yml\n/)
  assert.match(one.stdout, /^machines {2}self-hosted, audio \(the policy has no route\)$/m)
  assert.match(one.stdout, /^exactly one of\n {2}url .*\n {2}file .*\n {2}path .*\n {2}result /m)
  assert.match(one.stdout, /^required\n {2}format +What it becomes \(one of: mp4, webm.*\)$/m)
  assert.match((await desk.relayq(['kinds', 'command'])).stdout, /^at most one of\n {2}url /m)
  assert.match(one.stdout, /^optional\n {2}height .*\n {2}quality .*\(one of: small, normal, high\)\n$/m)
})

test('relayq kinds tells which machines the policy here prefers, in words and as JSON', async t => {
  const desk = makeDesk(t)
  mkdirSync(join(desk.checkout, 'policy'))
  const route = '{prefer: [macmini, attic], fallback: [rpi4], hosted: last}'
  writeFileSync(join(desk.checkout, 'policy/policy.yaml'), `routes:\n  transcode: ${route}\n`)
  const told = await desk.relayq(['kinds', 'transcode'])
  assert.match(told.stdout, /^machines {2}macmini or attic, then rpi4, then a GitHub-hosted machine$/m)
  const one = JSON.parse((await desk.relayq(['kinds', 'transcode', '--json'])).stdout)
  assert.deepEqual(one.machines, { prefer: ['macmini', 'attic'], fallback: ['rpi4'], hosted: 'last' })
  const format = one.inputs.find(({ name }: { name: string }) => name === 'format')
  assert.deepEqual([format.required, format.values?.[0]], [true, 'mp4'])
  const all = JSON.parse((await desk.relayq(['kinds', '--json', 'name,machines'])).stdout)
  assert.deepEqual(all[0], { name: 'transcribe', machines: null })
})

test('a policy that cannot be read is told by its line', async t => {
  const desk = makeDesk(t)
  mkdirSync(join(desk.checkout, 'policy'))
  writeFileSync(join(desk.checkout, 'policy/policy.yaml'), 'routes:\n  cook: {prefer: [a]}\n')
  const wrong = await desk.relayq(['kinds', 'transcode'])
  assert.deepEqual([wrong.code, wrong.stdout], [2, ''])
  assert.match(wrong.stderr, /policy\.yaml:2:3: unknown key "cook"/)
  assert.equal((await desk.relayq(['kinds'])).code, 0)
})
