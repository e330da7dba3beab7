import assert from 'node:assert/strict'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setEnv } from '../../src/cli/commands/runner/env/set.ts'
import { writeInstalled } from '../../src/provision/runner/inventory.ts'
import { fakeUid, makeFakeMachine } from '../support/fake-machine.ts'
import { installedRunner } from '../support/installed-runner.ts'
import { parseCommand } from '../support/parse-command.ts'
import { makeDesk, runRelayq } from '../support/relayq-process.ts'

test('runner env set takes values of secrets from stdin alone', () => {
  const own = { runner: null, own: false }
  assert.deepEqual(parseCommand(setEnv, ['AI_API_KEY']), { ...own, name: 'AI_API_KEY', value: null })
  assert.deepEqual(parseCommand(setEnv, ['WHISPER_MODEL=a=b']), {
    ...own,
    name: 'WHISPER_MODEL',
    value: 'a=b',
  })
  for (const words of [['AI_API_KEY=sk-x'], ['MY_THING=x'], ['A-B'], ['']]) {
    assert.throws(() => parseCommand(setEnv, words), { code: 'usage' })
  }
})

test('A value that jobs could not read is refused when it is set, and a misspelt name is guessed', async t => {
  const desk = makeDesk(t)
  const set = async (word: string) => await desk.relayq(['runner', 'env', 'set', word])
  const wrong = [
    'RELAYQ_ALLOW_CIDRS=127.0.0.1',
    'RELAYQ_MAX_COST_PER_MONTH=five',
    'RELAYQ_PRIVATE=yes',
    'ASR_BACKEND=lokal',
    'RELAYQ_AUTO_PREFERS=price',
    'WHISPER_MODEL=../base',
    'RELAYQ_LANGUAGE=german',
    'RELAYQ_MAX_DOWNLOAD_MB=many',
    'OPENAI_BASE_URL=http://example.com',
    'RELAYQ_WHISPER_SERVER=http://example.com',
    'RELAYQ_SPEECH_COMMAND=whisper',
    'RELAYQ_SPEECH_OUTPUT=json',
    'RELAYQ_MODELS_URL=models.example',
  ]
  for (const word of wrong) {
    const { code, stderr } = await set(word)
    assert.equal(code, 2, `${word}: ${stderr}`)
    assert.match(stderr, new RegExp(`relayq: .*${word.split('=')[0]}`))
  }
  assert.ok(!existsSync(join(desk.folder, 'config', 'env')))
  assert.equal((await set('RELAYQ_ALLOW_CIDRS=127.0.0.1/32, 10.0.0.0/8')).code, 0)
  assert.match((await set('WHISPER_MODL=tiny')).stderr, /Did you mean WHISPER_MODEL\?/)
})

test('A key that no service would be shown is told of when it is set', async t => {
  const desk = makeDesk(t)
  const set = async (name: string, key: string) =>
    (await desk.relayq(['runner', 'env', 'set', name], {}, `${key}\n`)).stderr
  assert.match(await set('AI_API_KEY', '"sk-proj-hunter2"'), /AI_API_KEY is not used: there is a quote in it/)
  assert.match(
    await set('OPENAI_API_KEY', 'sk-or-v1-a'),
    /OPENAI_API_KEY is not used: it holds a key of OpenRouter/,
  )
  await desk.relayq(['runner', 'env', 'set', 'OPENAI_BASE_URL=https://openrouter.ai/api/v1'])
  assert.doesNotMatch(await set('OPENAI_API_KEY', 'sk-or-v1-b'), /not used/)
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

test('The env file of a runner is meant where this machine has one, and its account keeps it', async t => {
  const machine = makeFakeMachine(t)
  const runner = installedRunner('rpi4', {
    user: userInfo().username,
    home: join(machine.runners, 'rpi4', 'home'),
  })
  const service = { ...runner.service, file: join(machine.serviceFolder, runner.service.unit) }
  writeInstalled(machine.runners, { ...runner, service })
  const path = join(runner.home, '.config', 'relayq', 'env')
  mkdirSync(join(path, '..'), { recursive: true })
  chownSync(join(path, '..'), fakeUid, process.getgid?.() ?? 0)
  const env = async (words: readonly string[], input = '') =>
    await runRelayq(['runner', 'env', ...words], machine.folder, machine.env, input)

  assert.equal((await env(['set', 'OPENAI_API_KEY'], 'sk-proj-hunter2')).code, 0)
  assert.equal(readFileSync(path, 'utf8'), 'OPENAI_API_KEY=sk-proj-hunter2\n')
  assert.deepEqual([statSync(path).uid, statSync(path).mode & 0o777], [fakeUid, 0o600])
  assert.equal((await env(['set', '--own', 'WHISPER_MODEL=base'])).code, 0)
  assert.match((await env(['list', '--own'])).stdout, /^WHISPER_MODEL\tbase\t/)

  writeInstalled(machine.runners, installedRunner('rpi3'))
  const several = await env(['list'])
  assert.equal(several.code, 2)
  assert.match(several.stderr, /Name one of them: rpi3, rpi4/)
  assert.match((await env(['list', '--runner', 'rpi4'])).stdout, /^OPENAI_API_KEY\t\(hidden\)/)
})
