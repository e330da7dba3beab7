import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadConfig } from './load.ts'
import { findPaths } from './paths.ts'
import { speechKeys } from './speech-keys.ts'

/** The keys of a machine with this env file, where a step's environment says this. */
async function keysOf(t: TestContext, file: string, env: NodeJS.ProcessEnv = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-keys-'))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'config'))
  writeFileSync(join(folder, 'config', 'env'), file, { mode: 0o600 })
  const paths = findPaths({ HOME: folder, RELAYQ_CONFIG_HOME: join(folder, 'config') })
  return speechKeys(await loadConfig({ env, paths, checkout: null }))
}

test('one pasted key finds its provider by its prefix', async t => {
  for (const key of ['sk-proj-a', 'sk-svcacct-a', 'sk-a']) {
    const { openai, router } = await keysOf(t, `AI_API_KEY=${key}\n`)
    assert.deepEqual([openai, router], [[key], []])
  }
  const { openai, router, uses } = await keysOf(t, 'AI_API_KEY=sk-or-v1-a\n')
  assert.deepEqual([openai, router], [[], ['sk-or-v1-a']])
  assert.equal(uses.get('AI_API_KEY'), 'used for router')
})

test('a key of no known provider, and one that cannot transcribe, is not sent anywhere', async t => {
  for (const key of ['ghp_abc', 'sk-admin-abc']) {
    const { openai, router, warnings } = await keysOf(t, `AI_API_KEY=${key}\n`)
    assert.deepEqual([openai, router], [[], []])
    assert.match(warnings.join(), /AI_API_KEY is not used/)
    assert.ok(!warnings.join().includes(key))
  }
})

test('an empty secret of a workflow does not hide the key of the machine, and one that is set does', async t => {
  const file = 'AI_API_KEY=sk-machine\nOPENROUTER_API_KEY=sk-or-machine\n'
  const empty = { AI_API_KEY: '', OPENAI_API_KEY: '', OPENROUTER_API_KEY: '' }
  const machine = await keysOf(t, file, empty)
  assert.deepEqual([machine.openai, machine.router], [['sk-machine'], ['sk-or-machine']])
  const secret = await keysOf(t, file, { ...empty, AI_API_KEY: 'sk-secret' })
  assert.deepEqual([secret.openai, secret.router], [['sk-secret'], ['sk-or-machine']])
})

test("a provider's own setting counts before the pasted key, and it is said which is used", async t => {
  const { openai, uses } = await keysOf(t, 'AI_API_KEY=sk-pasted\nOPENAI_API_KEY=sk-own\n')
  assert.deepEqual(openai, ['sk-own'])
  assert.equal(uses.get('OPENAI_API_KEY'), 'used for openai')
  assert.equal(uses.get('AI_API_KEY'), 'not used: OPENAI_API_KEY is set')
})

test('several keys of OpenRouter are all used, each once', async t => {
  const { router } = await keysOf(t, 'OPENROUTER_KEYS=a, b,,a\nOPENROUTER_API_KEY=c\n')
  assert.deepEqual(router, ['a', 'b', 'c'])
})

test('a key that cannot stand in a header is not used', async t => {
  const { openai, warnings } = await keysOf(t, 'OPENAI_API_KEY=sk-grün\n')
  assert.deepEqual(openai, [])
  assert.match(warnings.join(), /OPENAI_API_KEY is not used/)
  assert.ok(!warnings.join().includes('grün'))
})

test('a key of somebody else is not sent to a service, whatever it begins with', async t => {
  const { openai, warnings } = await keysOf(t, 'AI_API_KEY=sk-ant-api03-abc\n')
  assert.deepEqual(openai, [])
  assert.match(warnings.join(), /AI_API_KEY is not used: it is a key of Anthropic, which does not transcribe/)
})

test('a key in the setting of another service is not used, unless the address there was changed', async t => {
  const misplaced = await keysOf(t, 'OPENAI_API_KEY=sk-or-v1-a\nOPENROUTER_KEYS=sk-or-v1-b,sk-proj-c\n')
  assert.deepEqual([misplaced.openai, misplaced.router], [[], []])
  assert.match(misplaced.warnings[0] ?? '', /OPENAI_API_KEY is not used: it holds a key of OpenRouter/)
  assert.match(misplaced.warnings[1] ?? '', /OPENROUTER_KEYS is not used: it holds a key of OpenAI/)
  const elsewhere = 'OPENAI_BASE_URL=https://openrouter.ai/api/v1\nOPENAI_API_KEY=sk-or-v1-a\n'
  assert.deepEqual((await keysOf(t, elsewhere)).openai, ['sk-or-v1-a'])
})

test('a key that was pasted with its quotes or as a header is not used, and it is said why', async t => {
  for (const name of ['AI_API_KEY', 'OPENAI_API_KEY']) {
    const quoted = await keysOf(t, '', { [name]: '"sk-proj-a"\n' })
    assert.deepEqual(quoted.openai, [])
    assert.equal(quoted.uses.get(name as 'AI_API_KEY'), 'not used: there is a quote in it')
    const header = await keysOf(t, '', { [name]: 'Bearer sk-proj-a' })
    assert.deepEqual(header.openai, [])
    assert.match(header.warnings.join(), new RegExp(`${name} is not used: it holds something that no key`))
  }
})

test('a secret of nothing but blanks does not hide the key of the machine', async t => {
  const { openai } = await keysOf(t, 'OPENAI_API_KEY=sk-machine\n', { OPENAI_API_KEY: ' \n' })
  assert.deepEqual(openai, ['sk-machine'])
})

test('an address that is written down is judged by where it leads, not by where it stands', async t => {
  const usual = await keysOf(t, 'OPENAI_BASE_URL=https://api.openai.com/v1\nOPENAI_API_KEY=sk-or-v1-x\n')
  assert.deepEqual(usual.openai, [])
  assert.match(usual.warnings.join(), /OPENAI_API_KEY is not used: it holds a key of OpenRouter/)
  const region = await keysOf(t, 'OPENAI_BASE_URL=https://eu.api.openai.com/v1\nOPENAI_API_KEY=sk-or-v1-x\n')
  assert.deepEqual(region.openai, [])
  for (const name of ['OPENAI_API_KEY', 'AI_API_KEY']) {
    const swapped = await keysOf(t, `OPENAI_BASE_URL=https://openrouter.ai/api/v1\n${name}=sk-proj-x\n`)
    assert.deepEqual(swapped.openai, [])
    assert.deepEqual(swapped.warnings, [
      `${name} is not used: it holds a key of OpenAI, and OPENAI_BASE_URL is an address of OpenRouter`,
    ])
  }
  const own = await keysOf(t, 'OPENAI_BASE_URL=http://127.0.0.1:8000/v1\nOPENAI_API_KEY=sk-or-v1-x\n')
  assert.deepEqual(own.openai, ['sk-or-v1-x'])
})

test('of several pasted keys each goes to its own service', async t => {
  const both = await keysOf(t, 'AI_API_KEY="sk-proj-a, sk-or-v1-b, sk-or-v1-c"\n')
  assert.deepEqual(
    [both.openai, both.router, both.warnings],
    [['sk-proj-a'], ['sk-or-v1-b', 'sk-or-v1-c'], []],
  )
  assert.equal(both.uses.get('AI_API_KEY'), 'used for openai and router')
  const one = await keysOf(t, 'AI_API_KEY=sk-proj-a,sk-or-v1-b\nOPENAI_API_KEY=sk-own\n')
  assert.deepEqual([one.openai, one.router], [['sk-own'], ['sk-or-v1-b']])
  assert.equal(one.uses.get('AI_API_KEY'), 'used for router, not for openai: OPENAI_API_KEY is set')
  const none = await keysOf(t, 'AI_API_KEY=sk-a,sk-or-v1-b\nOPENAI_API_KEY=sk-own\nOPENROUTER_KEYS=c\n')
  assert.equal(none.uses.get('AI_API_KEY'), 'not used: OPENAI_API_KEY and OPENROUTER_KEYS are set')
  const stranger = await keysOf(t, 'AI_API_KEY=sk-proj-a,ghp_b\n')
  assert.deepEqual([stranger.openai, stranger.router], [[], []])
  assert.match(stranger.warnings.join(), /AI_API_KEY is not used: its provider is not known/)
})

test('a setting that is refused does not stand before the pasted key', async t => {
  const { router, uses } = await keysOf(
    t,
    'OPENROUTER_KEYS=sk-proj-bad\nOPENROUTER_API_KEY=sk-or-v1-good\nAI_API_KEY=sk-or-v1-pasted\n',
  )
  assert.deepEqual(router, ['sk-or-v1-good'])
  assert.equal(uses.get('AI_API_KEY'), 'not used: OPENROUTER_API_KEY is set')
})

test('a quote within a key is told of as one', async t => {
  const { uses } = await keysOf(t, '', { OPENAI_API_KEY: "sk-a'b" })
  assert.equal(uses.get('OPENAI_API_KEY'), 'not used: there is a quote in it')
})
