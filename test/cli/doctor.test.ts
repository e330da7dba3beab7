import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { doctor } from '../../src/cli/commands/doctor.ts'
import { parseCommand } from '../support/parse-command.ts'
import { makeDesk } from '../support/relayq-process.ts'

const fixtures = join(import.meta.dirname, '..', '..', 'src', 'speech', 'fixtures')

interface Engine {
  readonly engine: string
  readonly state: string
  readonly reason: string | null
  readonly mend: string | null
}

test('doctor knows its topics', () => {
  const speech = { kind: 'speech', json: ['engine', 'state'] }
  assert.deepEqual(parseCommand(doctor, ['speech', '--json', 'engine,state']), speech)
  assert.throws(() => parseCommand(doctor, ['dentistry']), { code: 'usage', hint: /^It knows: .*speech/ })
  assert.throws(() => parseCommand(doctor, ['machin']), { hint: 'Did you mean: relayq doctor machine' })
})

test('A machine with engines says which is used, why no other is, and what mends that', async t => {
  const desk = makeDesk(t)
  const programs = join(desk.folder, 'programs')
  mkdirSync(programs)
  for (const name of ['whisper-cli', 'whisper', 'pocketsphinx']) {
    symlinkSync(join(fixtures, name), join(programs, name))
  }
  mkdirSync(join(desk.folder, 'cache', 'models'), { recursive: true })
  writeFileSync(join(desk.folder, 'cache', 'models', 'ggml-tiny.bin'), '')
  const env = { PATH: programs, WHISPER_MODEL: 'tiny' }

  const { code, stdout } = await desk.relayq(['doctor', 'speech', '--json'], env)
  assert.equal(code, 0)
  const [whisper, ...others] = JSON.parse(stdout) as Engine[]
  assert.deepEqual(whisper, {
    engine: 'whisper-cli',
    state: 'used',
    place: join(programs, 'whisper-cli'),
    version: '1.9.3',
    models: ['tiny'],
    model: 'tiny',
    reason: null,
    mend: null,
  })
  assert.deepEqual(
    others.map(({ engine, state }) => [engine, state]),
    [
      ['mlx_whisper', 'unavailable'],
      ['whisper-ctranslate2', 'unavailable'],
      ['openai-whisper', 'unavailable'],
      ['pocketsphinx', 'ready'],
      ['router', 'unavailable'],
      ['openai', 'unavailable'],
    ],
  )
  assert.match(others[2]?.mend ?? '', /load_model\('tiny'\)/)

  const text = (await desk.relayq(['doctor', 'speech'], env)).stdout
  assert.match(text, /^whisper-cli {10}used$/m)
  assert.match(text, /^pocketsphinx {9}could be used: whisper-cli goes before it$/m)
})

test('A machine with a key says that a service can be used, and which one comes first where it may choose', async t => {
  const desk = makeDesk(t)
  const env = { PATH: desk.folder, AI_API_KEY: 'sk-proj-secret' }
  const states = async (more: NodeJS.ProcessEnv) => {
    const { stdout } = await desk.relayq(['doctor', 'speech', '--json'], { ...env, ...more })
    assert.ok(!stdout.includes('sk-proj-secret'))
    const found = (JSON.parse(stdout) as Engine[]).find(({ engine }) => engine === 'openai')
    return [found?.state, found?.reason]
  }
  assert.deepEqual(await states({}), ['ready', 'a job has to ask for it, or ASR_BACKEND'])
  assert.deepEqual(await states({ ASR_BACKEND: 'auto' }), ['used', null])
  const closed = { ASR_BACKEND: 'auto', RELAYQ_PRIVATE: 'true' }
  assert.deepEqual((await states(closed))[0], 'unavailable')
})

test('A setting that no job could read is told of, whichever backend would need it', async t => {
  const desk = makeDesk(t)
  for (const [name, value] of Object.entries({
    ASR_BACKEND: 'bogus',
    RELAYQ_AUTO_PREFERS: 'fast',
    RELAYQ_MAX_COST_PER_JOB: '$0.50',
    RELAYQ_MAX_COST_PER_MONTH: '-1',
    RELAYQ_SPEECH_OUTPUT: 'json',
  })) {
    const { code, stderr } = await desk.relayq(['doctor', 'speech'], { [name]: value })
    assert.equal(code, 2, name)
    assert.ok(stderr.includes(`${name} cannot be "${value}"`), stderr)
    const all = await desk.relayq(['doctor', 'speech', 'machine', '--json'], { [name]: value })
    const found = (JSON.parse(all.stdout) as { check: string; severity: string; what: string }[]).find(
      ({ check }) => check === 'speech',
    )
    assert.equal(found?.severity, 'problem')
    assert.ok(found.what.includes(`${name} cannot be "${value}"`), found.what)
  }
})

test('A setting by which nothing is heard does not hide the engines', async t => {
  const desk = makeDesk(t)
  for (const name of ['RELAYQ_MAX_DOWNLOAD_MB', 'RELAYQ_ALLOW_CIDRS']) {
    const { code, stdout, stderr } = await desk.relayq(['doctor', 'speech'], { [name]: 'many' })
    assert.equal(code, 1)
    assert.match(stdout, /^pocketsphinx /m)
    assert.match(stderr, new RegExp(`${name}.*"many"`))
    const all = await desk.relayq(['doctor', 'speech', 'machine', '--json'], { [name]: 'many' })
    const found = (JSON.parse(all.stdout) as { check: string; severity: string; what: string }[]).filter(
      ({ check }) => check === 'speech',
    )
    assert.equal(found.length, 2)
    assert.ok(found.some(({ severity, what }) => severity === 'problem' && what.includes('"many"')))
  }
  const { stdout, stderr } = await desk.relayq(['doctor', 'speech'], { RELAYQ_MODELS_URL: 'models.example' })
  assert.match(stdout, /^pocketsphinx /m)
  assert.doesNotMatch(stderr, /RELAYQ_MODELS_URL/, 'it is read by a pull alone')
})

test('A key that is not used is told of where its service is said to have none', async t => {
  const desk = makeDesk(t)
  const env = { AI_API_KEY: '"sk-proj-secret"' }
  const { stderr } = await desk.relayq(['doctor', 'speech'], env)
  assert.match(stderr, /AI_API_KEY is not used: there is a quote in it/)
  const { stdout } = await desk.relayq(['doctor', 'speech', 'machine'], env)
  assert.match(stdout, /^warning {2}speech: AI_API_KEY is not used: there is a quote in it$/m)
})

test('A program that its owner names and that is not there is told of by its path', async t => {
  const desk = makeDesk(t)
  const env = { PATH: desk.folder, RELAYQ_WHISPER_CLI: '/no/such/whisper-cli' }
  const { stdout } = await desk.relayq(['doctor', 'speech'], env)
  assert.match(
    stdout,
    /^whisper-cli .*cannot be used: RELAYQ_WHISPER_CLI names \/no\/such\/whisper-cli, which is no program$/m,
  )
})

test('A model that its service is about to end is told of', async t => {
  const desk = makeDesk(t)
  const env = { OPENAI_API_KEY: 'sk-proj-secret', RELAYQ_OPENAI_MODEL: 'whisper-1', ASR_BACKEND: 'openai' }
  const { stdout } = await desk.relayq(['doctor', 'speech'], env)
  assert.match(stdout, /OpenAI ends the model whisper-1 on 2027-02-26: use gpt-transcribe/)
})

test('A machine whose engines can do nothing ends with 1', async t => {
  const desk = makeDesk(t)
  const programs = join(desk.folder, 'programs')
  mkdirSync(programs)
  for (const name of ['whisper-cli', 'pocketsphinx']) symlinkSync(join(fixtures, name), join(programs, name))
  const env = { PATH: programs, RELAYQ_LANGUAGE: 'de' }
  const { code, stdout, stderr } = await desk.relayq(['doctor', 'speech'], env)
  assert.equal(code, 1)
  assert.match(stderr, /no speech engine of this machine can do a job/)
  assert.match(stdout, /no whisper model is on this machine\n.+\n +to mend it: .*relayq models pull base/)
  assert.match(stdout, /PocketSphinx knows English only, not "de"/)
})

test('A machine that is to ask a service and has no key is told which one, and how to give it', async t => {
  const desk = makeDesk(t)
  const { code, stdout } = await desk.relayq(['doctor', 'speech', 'machine', '--json'], {
    ASR_BACKEND: 'openai',
  })
  const found = (
    JSON.parse(stdout) as { check: string; what: string; mend: { command: string } | null }[]
  ).find(({ check }) => check === 'speech')
  assert.equal(code, 1)
  assert.match(found?.what ?? '', /openai: no key of OpenAI is set$/)
  assert.equal(found?.mend?.command, 'relayq runner env set OPENAI_API_KEY')
})

test('Without a broker that is one problem, and what is of this machine is looked at', async t => {
  const desk = makeDesk(t)
  const { code, stdout, stderr } = await desk.relayq(['doctor'])
  assert.equal(code, 1)
  assert.match(
    stdout,
    /^problem {2}broker: There is no broker to send jobs to\.\n {9}why: .+\n {9}mend: relayq up --detach$/m,
  )
  assert.match(stdout, /^ok {7}node: version /m)
  assert.match(stderr, /1 problem, 1 warning, \d+ well/)
})
