import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setEnv } from '../../src/cli/commands/runner/env/set.ts'
import { parseCommand } from '../support/parse-command.ts'
import { makeDesk } from '../support/relayq-process.ts'

test('runner env set takes values of secrets from stdin alone', () => {
  assert.deepEqual(parseCommand(setEnv, ['AI_API_KEY']), { name: 'AI_API_KEY', value: null })
  assert.deepEqual(parseCommand(setEnv, ['WHISPER_MODEL=a=b']), { name: 'WHISPER_MODEL', value: 'a=b' })
  for (const words of [['AI_API_KEY=sk-x'], ['MY_THING=x'], ['A-B'], ['']]) {
    assert.throws(() => parseCommand(setEnv, words), { code: 'usage' })
  }
})

test('The env file of a machine is made, changed, listed and emptied by commands', async t => {
  const desk = makeDesk(t)
  const path = join(desk.folder, 'config', 'env')
  const env = async (words: readonly string[], input = '') =>
    await desk.relayq(['runner', 'env', ...words], {}, input)

  const set = await env(['set', 'AI_API_KEY'], 'sk-or-v1-hunter2\n')
  assert.equal(set.code, 0, set.stderr)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  writeFileSync(path, `# mine\n${readFileSync(path, 'utf8')}`, { mode: 0o644 })
  assert.equal((await env(['set', 'WHISPER_MODEL=base'])).code, 0)
  assert.equal(readFileSync(path, 'utf8'), '# mine\nAI_API_KEY=sk-or-v1-hunter2\nWHISPER_MODEL=base\n')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(join(desk.folder, 'config')), ['env'])

  const unknown = await env(['set', 'WISPER_MODEL'], 'small')
  assert.equal(unknown.code, 0)
  assert.match(unknown.stderr, /RelayQ reads no setting WISPER_MODEL; did you mean WHISPER_MODEL\?/)

  const listed = await env(['list', '--json', 'name,value'])
  assert.deepEqual(JSON.parse(listed.stdout), [
    { name: 'AI_API_KEY', value: null },
    { name: 'WHISPER_MODEL', value: 'base' },
    { name: 'WISPER_MODEL', value: null },
  ])
  for (const { stdout, stderr } of [set, listed, await env(['list'])]) {
    assert.doesNotMatch(stdout + stderr, /hunter2/)
  }
  const config = JSON.parse((await desk.relayq(['config', '--json'])).stdout) as {
    name: string
    value: string
  }[]
  assert.equal(config.find(({ name }) => name === 'WHISPER_MODEL')?.value, 'base')

  const half = await env(['unset', 'WHISPER_MODEL', 'NONE'])
  assert.equal(half.code, 2)
  assert.match(half.stderr, /does not set NONE/)
  assert.match(readFileSync(path, 'utf8'), /WHISPER_MODEL=base/)
  assert.equal((await env(['unset', 'WHISPER_MODEL', 'WISPER_MODEL', 'AI_API_KEY'])).code, 0)
  assert.equal(readFileSync(path, 'utf8'), '# mine\n')
})
