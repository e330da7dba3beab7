import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { findProgram } from '../../src/base/find-program.ts'
import { runProgram } from '../../src/base/process.ts'
import { RelayQ } from '../../src/compose.ts'
import { type Desk, type Ended, makeDeskAtRoot } from '../support/relayq-process.ts'

const root = join(import.meta.dirname, '../..')
const recording = readFileSync(join(root, 'examples/audio/market.mp3'))
const secrets = ['sk-first-of-the-test', 'sk-second-of-the-test']

/** What servers do instead of sending the recording that was asked for. */
const serve: RequestListener = (request, response) => {
  const length = { 'content-length': recording.length }
  switch (request.url) {
    case '/market.mp3':
      return response.writeHead(200, length).end(recording)
    case '/page':
      return response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><title>Log in</title>')
    case '/cut.mp3':
      response.writeHead(200, length)
      return response.write(recording.subarray(0, 30_000), () => response.destroy())
    case '/junk.mp3':
      return response.end(Buffer.alloc(9000, 'not audio '))
    case '/broken':
      return response.writeHead(503).end()
    default:
      return response.writeHead(404).end()
  }
}

interface BadCase {
  readonly name: string
  /** Below the test's server. */
  readonly path?: string
  readonly inputs?: readonly string[]
  /** A folder of the machine's programs that is taken away. */
  readonly without?: 'media' | 'engines'
  readonly code: number
  readonly error: string
  readonly says: RegExp
  readonly next: RegExp
}

const cases: readonly BadCase[] = [
  {
    name: 'an address that is gone',
    path: 'gone.mp3',
    code: 1,
    error: 'url_not_found',
    says: /answered 404/,
    next: /Check the address/,
  },
  {
    name: 'a web page',
    path: 'page',
    code: 1,
    error: 'not_media',
    says: /leads to a web page/,
    next: /address of the file itself/,
  },
  {
    name: 'a download that stops half-way',
    path: 'cut.mp3',
    code: 75,
    error: 'download_truncated',
    says: /broke off after \d+ of \d+ bytes/,
    next: /Try again later/,
  },
  {
    name: 'a server that is ill',
    path: 'broken',
    code: 75,
    error: 'download_failed',
    says: /answered 503/,
    next: /Try again later/,
  },
  {
    name: 'audio that cannot be read',
    path: 'junk.mp3',
    code: 1,
    error: 'bad_media',
    says: /cannot be read as audio/,
    next: /Play the file/,
  },
  {
    name: 'a model that is not there',
    inputs: ['model=small'],
    code: 75,
    error: 'model_missing',
    says: /no model "small"/,
    next: /Install whisper\.cpp/,
  },
  {
    name: 'a machine without ffmpeg',
    without: 'media',
    code: 75,
    error: 'ffmpeg_missing',
    says: /ffmpeg is not installed/,
    next: /(?:apt-get|brew) install/,
  },
  {
    name: 'a machine without a speech engine',
    without: 'engines',
    code: 75,
    error: 'engine_missing',
    says: /No speech engine of this machine can do the job: whisper-cli is not installed/,
    next: /whisper\.cpp|pocketsphinx/,
  },
]

test('every way a job can be given something bad ends with a sentence, a next step and its own exit code', {
  concurrency: 3,
}, async t => {
  const desk = makeDeskAtRoot(t)
  const machine = await startMachines(t, desk)
  const left = (bad: BadCase) => t.test(bad.name, () => assertEndsWell(bad, desk, machine))
  await Promise.all(cases.filter(({ without }) => without === undefined).map(left))
  for (const bad of cases.filter(({ without }) => without !== undefined)) {
    const folder = join(desk.folder, bad.without ?? '')
    renameSync(folder, `${folder}.away`)
    await left(bad)
    renameSync(`${folder}.away`, folder)
  }

  await t.test('a plain dispatch is told the same by wait, through the run alone', async () => {
    const url = `url=${machine.url}/market.mp3`
    const said = {
      'formats=docx': /formats cannot be "docx"\.\n {2}It is one or more of: txt, srt, vtt, json/,
      'private=perhaps': /private cannot be "perhaps"\./,
    }
    for (const [input, words] of Object.entries(said)) {
      const sent = await desk.relayq(['dispatch', 'transcribe_audio.yml', url, input], machine.env)
      const ended = await desk.relayq(['wait', sent.stdout.trim()], machine.env)
      assert.deepEqual([ended.code, ended.stdout], [2, 'failure\n'])
      assert.match(ended.stderr, words)
    }
  })

  await t.test('the snippet of the seed works unchanged from any folder', async () => {
    const printed = await runSnippet(desk, machine)
    const run = /^Job submitted: (http:\/\/github\.localhost:\d+\/\S+\/actions\/runs\/\d+)\n$/.exec(
      printed,
    )?.[1]
    assert.ok(run, printed)
    const ended = await desk.relayq(['wait', run], machine.env)
    assert.deepEqual([ended.code, ended.stdout], [0, 'success\n'], ended.stderr)
    assert.equal((await desk.relayq(['result', run], machine.env)).stdout, 'good morning\n')
  })

  const names = readdirSync(join(desk.folder, 'state'), { recursive: true }).map(String)
  assert.deepEqual(
    names.filter(name => /\.part$|relayq-work|\.fetching|incoming\/./.test(name)),
    [],
  )
})

async function assertEndsWell(bad: BadCase, desk: Desk, machine: Machines): Promise<void> {
  const url = `url=${machine.url}/${bad.path ?? 'market.mp3'}`
  const words = ['submit', 'transcribe', url, ...(bad.inputs ?? []), '--new', '--wait']
  const ended = await desk.relayq(words, machine.env)
  assert.equal(ended.code, bad.code, ended.stderr)
  assertClear(ended, bad)
  const id = ended.stdout.trim()
  const viewed = await desk.relayq(['view', id], machine.env)
  assert.match(viewed.stdout.split('\n')[1] ?? '', bad.next, 'view says what to do, too')
  const found = await machine.queue.result(id)
  assert.ok(found.kind === 'ready')
  assert.deepEqual([found.result.status, found.result.error?.code], ['failed', bad.error])
  assert.deepEqual(readdirSync(found.directory), ['result.json'])
  const log = (await machine.queue.logs(id)).map(({ text }) => text ?? '').join('\n')
  assert.match(log, bad.says)
  assert.doesNotMatch(log, /^\S+ +at .*:\d+:\d+/m)
  for (const secret of secrets) assert.ok(!log.includes(secret))
}

/** The last lines: how it ended, and below it what to do. */
function assertClear({ stderr }: Ended, { says, next }: BadCase): void {
  const [sentence = '', step = ''] = stderr.trimEnd().split('\n').slice(-2)
  assert.match(sentence, says)
  assert.match(step, next)
  assert.match(step, /^ {2}\S/)
}

interface Machines {
  readonly url: string
  readonly env: NodeJS.ProcessEnv
  readonly queue: Awaited<ReturnType<RelayQ['queue']>>
}

/** `relayq up` of this checkout, with three machines that have ffmpeg and a quick engine, and nothing else of note. */
async function startMachines(t: TestContext, desk: Desk): Promise<Machines> {
  const server = createServer(serve)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const [first, second] = secrets
  const config = [`RELAYQ_ALLOW_CIDRS=127.0.0.1/32:${port}`, `OPENROUTER_KEYS=${first},${second}`]
  writeFileSync(join(desk.folder, 'config', 'env'), `${config.join('\n')}\n`, { mode: 0o600 })

  await linkPrograms(join(desk.folder, 'tools'), ['bash', 'git'])
  await linkPrograms(join(desk.folder, 'media'), ['ffmpeg', 'ffprobe'])
  mkdirSync(join(desk.folder, 'engines'))
  symlinkSync(join(root, 'src/speech/fixtures/pocketsphinx'), join(desk.folder, 'engines', 'pocketsphinx'))
  const path = ['tools', 'media', 'engines'].map(name => join(desk.folder, name)).join(':')
  // Whatever is wrong is told at once: no other try would mend it here.
  const policy = join(desk.folder, 'policy.yaml')
  writeFileSync(policy, 'routes: {transcribe: {prefer: [macmini], retry: {attempts: 1}}}\n')
  const env = { PATH: path, RELAYQ_POLICY: policy }
  const runners = ['a', 'b', 'c'].flatMap(name => ['--runner', `${name}=macmini,audio,ffmpeg`])
  const started = await desk.relayq(['up', '--detach', ...runners], env)
  assert.equal(started.code, 0, started.stderr)
  const relayq = await RelayQ.open({ env: { ...desk.env, ...env }, cwd: root })
  t.after(() => relayq.close())
  return { url: `http://127.0.0.1:${port}`, env, queue: await relayq.queue() }
}

async function linkPrograms(folder: string, names: readonly string[]): Promise<void> {
  mkdirSync(folder)
  for (const name of names) {
    const program = await findProgram([name], process.env['PATH'], [])
    assert.ok(program, `${name} is installed`)
    symlinkSync(program, join(folder, name))
  }
}

/** The user's own code; only the place of the checkout and the address of the recording are others. */
async function runSnippet(desk: Desk, machine: Machines): Promise<string> {
  const snippet = `import subprocess

def submit_transcription(audio_url, backend="local"):
    """Submit transcription job from external application"""
    cmd = [
        '${join(root, 'bin/dispatch.sh')}',
        '.github/workflows/transcribe_audio.yml',
        f'url={audio_url}',
        f'backend={backend}'
    ]

    result = subprocess.run(cmd, capture_output=True, text=True)
    if result.returncode != 0:
        raise Exception(f"Job submission failed: {result.stderr}")

    return result.stdout.strip()

# Usage
result = submit_transcription(
    "${machine.url}/market.mp3",
    backend="local"
)
print(f"Job submitted: {result}")
`
  const outcome = await runProgram('python3', ['-c', snippet], {
    cwd: desk.folder,
    env: { ...desk.env, PATH: process.env['PATH'] },
  })
  assert.equal(outcome.kind, 'exited')
  return outcome.kind === 'exited' ? outcome.stdout + outcome.stderr : ''
}
