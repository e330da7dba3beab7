import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fails, jobMachine, serveExamples } from '../../test/support/job-machine.ts'
import type { ErrorCode } from '../base/errors.ts'
import { randomId } from '../base/id.ts'
import { listMarked } from '../base/process-tree.ts'
import { makeSealKey, sealFile } from '../base/sealed-file.ts'
import { ensureRunnerKey } from '../config/runner-key.ts'
import { findMediaTools, runMediaTool } from '../media/ffmpeg.ts'
import { parseProgress } from '../model/progress.ts'
import type { JobContext } from './context.ts'
import { withoutSecrets } from './program-folders.ts'
import { runJob } from './run-job.ts'

const examples = fileURLToPath(new URL('../../examples/audio', import.meta.url))
const fixtures = fileURLToPath(new URL('../speech/fixtures', import.meta.url))

test('a recording becomes its files, a result, outputs, a summary and progress', async t => {
  const { context, lines, temp, read, result } = await jobMachine(t, serveExamples)
  const returned = await runJob('transcribe', context)

  assert.deepEqual(await result(), returned)
  assert.equal(returned.status, 'succeeded')
  assert.equal(returned.relayqId, 'abc.1')
  const { memoryMb, cores, freeDiskMb, ...machineWords } = returned.runner
  assert.deepEqual(machineWords, {
    name: 'rpi4',
    arch: process.arch,
    os: process.platform === 'darwin' ? 'macos' : process.platform,
    ffmpeg: true,
    tools: ['ffmpeg', 'ffprobe', 'pocketsphinx'],
    engines: [{ name: 'pocketsphinx', models: ['en-us'] }],
    inputRoots: [],
  })
  assert.ok([memoryMb, cores, freeDiskMb].every(amount => (amount ?? 0) > 0))
  assert.equal(returned.engine?.name, 'pocketsphinx')
  assert.deepEqual(Object.values(returned.files).sort(), [
    'transcript.json',
    'transcript.md',
    'transcript.podcast.json',
    'transcript.srt',
    'transcript.txt',
    'transcript.vtt',
  ])
  assert.equal(await read('relayq-result/transcript.txt'), 'good morning\n')
  assert.match(
    await read('output'),
    /^dir=.*relayq-result\nresult=.*result\.json\ntranscript=good morning\nduration=15\.\d\nengine=pocketsphinx\n$/,
  )
  assert.match(await read('summary'), /### Transcript[\s\S]*good morning/)
  const progress = lines.flatMap(line => parseProgress(line) ?? [])
  assert.ok(progress.length >= 2)
  assert.deepEqual(progress.at(-1), { percent: 100, doneSeconds: 15.6, totalSeconds: 15.6 })

  const everything = [...lines, await read('relayq-result/transcript.json'), await read('summary')].join('\n')
  assert.ok(!everything.includes('hush'), 'a signature in the address is not repeated')
  assert.deepEqual((await readdir(temp)).sort(), ['bin', 'output', 'relayq-result', 'summary'])
})

test('the time of the work is told without that of the download', async t => {
  let now = 0
  const { context } = await jobMachine(t, (request, response) => {
    now += 3_600_000
    serveExamples(request, response)
  })
  const { timing } = await runJob('transcribe', { ...context, clock: () => (now += 10) })
  assert.ok(timing && timing.workSeconds > 0 && timing.workSeconds < 60, `${timing?.workSeconds} s`)
})

test('inputs may come as one JSON object, and only the formats asked for are written', async t => {
  const { context, env, result } = await jobMachine(t, serveExamples)
  const { RELAYQ_INPUT_URL: url, ...rest } = env
  const inputs = JSON.stringify({ url, formats: 'vtt', language: 'en-US', backend: null })
  await runJob('transcribe', { ...context, env: { ...rest, RELAYQ_INPUTS: inputs } })
  assert.deepEqual((await result()).files, { vtt: 'transcript.vtt' })
})

test('secrets are masked before anything else is printed, also when the workflow is too new', async t => {
  const { context, config, env, lines } = await jobMachine(t, serveExamples)
  const secrets = ['sk-one', 'two\nlines%', '']
  const newer = { ...env, RELAYQ_PROTOCOL: '99' }
  const warnings = ['env:3 is not KEY=VALUE']
  await fails({ ...context, config: { ...config, secrets, warnings }, env: newer }, 'protocol_mismatch')
  assert.deepEqual(lines.slice(0, 3), ['::add-mask::sk-one', '::add-mask::two', '::add-mask::lines%25'])
  assert.equal(lines[3], 'relayq: warning: env:3 is not KEY=VALUE')
  assert.match(lines[4] ?? '', /^::error title=transcribe failed::.*npm install -g relayq/)
})

test('a person who runs a job by hand is not shown the secrets', async t => {
  const { context, config, env, lines } = await jobMachine(t, serveExamples)
  const byHand = { ...env, GITHUB_ACTIONS: '', RELAYQ_INPUT_URL: '' }
  await fails({ ...context, config: { ...config, secrets: ['sk-one'] }, env: byHand }, 'invalid_input')
  assert.ok(!lines.join('\n').includes('sk-one'))
})

test('bad input ends with one sentence, a result and exit code 2', async t => {
  const { context, env, result, read, lines } = await jobMachine(t, serveExamples)
  const cases: [Record<string, string>, RegExp][] = [
    [{ RELAYQ_INPUT_URL: '' }, /What to work on is missing/],
    [{ RELAYQ_INPUT_URL: 'episode 12' }, /url cannot be "episode 12"/],
    [{ RELAYQ_INPUT_FORMATS: 'docx' }, /formats cannot be "docx"/],
    [{ RELAYQ_INPUT_BACKEND: 'siri' }, /backend cannot be "siri"/],
    [{ RELAYQ_INPUT_MODEL: '../../etc/passwd' }, /model cannot be /],
    [{ RELAYQ_INPUT_MODEL: 'openai/..' }, /model cannot be /],
    [{ RELAYQ_INPUT_PRIVATE: 'yes' }, /private cannot be "yes"/],
    [{ RELAYQ_INPUT_LANGUAGE: '; rm -rf' }, /language cannot be /],
    [{ RELAYQ_INPUTS: '[1]' }, /not a JSON object/],
    [{ RELAYQ_INPUTS: '{"uri":"x"}' }, /no input "uri"/],
    [{ RELAYQ_INPUTS: '{"url":{}}' }, /"url" is not a text/],
  ]
  for (const [change, message] of cases) {
    const error = await fails({ ...context, env: { ...env, ...change } }, 'invalid_input')
    assert.match(error.message, message)
    assert.equal(error.exitCode, 2)
    assert.equal((await result()).error?.code, 'invalid_input')
  }
  await fails(context, 'unknown_kind', 'cook')
  assert.equal((await result()).kind, 'cook')
  assert.match(await read('output'), /^dir=/)
  assert.ok(lines.every(line => !line.includes('\n')))
})

test('addresses that lead nowhere, elsewhere or to a page fail as what they are, and leave only result.json', async t => {
  const { context, env, temp, result } = await jobMachine(t, (request, response) => {
    if (request.url === '/page') response.setHeader('content-type', 'text/html').end('<!doctype html>')
    else if (request.url === '/junk') response.end(Buffer.alloc(9000, 'not audio '))
    else if (request.url === '/metadata')
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
    else response.writeHead(404).end()
  })
  const cases: [string, ErrorCode, number][] = [
    ['/gone', 'url_not_found', 1],
    ['/page', 'not_media', 1],
    ['/junk', 'bad_media', 1],
    ['/metadata', 'url_forbidden', 1],
  ]
  for (const [path, code, exit] of cases) {
    const url = new URL(path, env.RELAYQ_INPUT_URL).href
    const error = await fails({ ...context, env: { ...env, RELAYQ_INPUT_URL: url } }, code)
    assert.equal(error.exitCode, exit)
    assert.deepEqual(await readdir(join(temp, 'relayq-result')), ['result.json'])
    assert.equal((await result()).error?.code, code)
  }
})

test('a server that says nothing is told of in the log, with how long it is waited for', async t => {
  const { context, lines } = await jobMachine(t, (_request, response) => {
    t.mock.timers.tick(10_000)
    response.writeHead(404).end()
  })
  t.mock.timers.enable({ apis: ['setTimeout'] })
  await assert.rejects(runJob('transcribe', context), /there is no such file/)
  const said =
    /^relayq: waiting for 127\.0\.0\.1:\d+, which has sent nothing for 10 s \(try 1 of 4; each waits 30 s\)$/
  assert.equal(lines.filter(line => said.test(line)).length, 1, lines.join('\n'))
})

test("a job's inputs cannot open what the machine's owner has not", async t => {
  const { context, config, env } = await jobMachine(t, serveExamples)
  const closed = { ...config, allowCidrs: [] }
  const hopeful = { ...env, RELAYQ_ALLOW_CIDRS: '127.0.0.0/8', RELAYQ_ALLOW_HOSTS: '127.0.0.1' }
  await fails({ ...context, config: closed, env: hopeful }, 'url_forbidden')
})

test('the smaller of the limits of job and machine holds', async t => {
  const { context, config, env } = await jobMachine(t, serveExamples)
  await fails({ ...context, env: { ...env, RELAYQ_MAX_SIZE_MB: '0.05' } }, 'too_large')
  await fails({ ...context, config: { ...config, maxDownloadMb: '0.05' } }, 'too_large')
})

test('of a feed the newest recording is heard, of a page the one it names, and the result says which', async t => {
  const asked: string[] = []
  const { context, env, result } = await jobMachine(t, (request, response) => {
    asked.push(request.url ?? '')
    const feed = `<?xml version="1.0"?><rss><item><title>Market day</title>
      <enclosure url="/market.mp3?token=hush" type="audio/mpeg"/></item></rss>`
    if (request.url === '/feed?key=hush') response.setHeader('content-type', 'text/xml').end(feed)
    else if (request.url === '/page') response.end('<!doctype html><audio src="market.mp3"></audio>')
    else if (request.url === '/hop') response.end('<!doctype html><audio src="page"></audio>')
    else if (request.url === '/inner') response.end('<html><audio src="http://169.254.169.254/a.mp3">')
    else if (request.url === '/long') response.end(`<html>${' '.repeat(21e6)}<audio src="market.mp3">`)
    else serveExamples(request, response)
  })
  const at = (path: string) => {
    const url = new URL(path, env.RELAYQ_INPUT_URL).href
    return { ...context, env: { ...env, RELAYQ_INPUT_URL: url } }
  }
  const { origin } = new URL(env.RELAYQ_INPUT_URL)
  await runJob('transcribe', at('/feed?key=hush'))
  const foundOn = { url: `${origin}/feed`, title: 'Market day' }
  assert.deepEqual((await result()).source, { url: `${origin}/market.mp3`, foundOn })
  await runJob('transcribe', at('/page'))
  assert.deepEqual((await result()).source?.foundOn, { url: `${origin}/page`, title: null })
  await fails(at('/hop'), 'not_media')
  assert.deepEqual(asked.slice(-2), ['/hop', '/page'])
  await fails(at('/inner'), 'url_forbidden')
  await fails(at('/long'), 'not_media')
})

test('a page without audio of its own is left to yt-dlp where the owner allows it', async t => {
  const { context, config, env, read, lines } = await jobMachine(t, (_request, response) =>
    response.end('<!doctype html><p>An app</p>'),
  )
  const program = join(env.PATH, 'yt-dlp')
  await writeFile(program, `#!/bin/sh\n/bin/cp ${join(examples, 'market.mp3')} media.mp3\n`)
  await chmod(program, 0o755)
  await fails(context, 'not_media')
  await runJob('transcribe', { ...context, config: { ...config, allowYtDlp: true } })
  assert.equal(await read('relayq-result/transcript.txt'), 'good morning\n')
  assert.ok(lines.some(line => /is left to yt-dlp$/.test(line)))
  await rm(program)
  await fails({ ...context, config: { ...config, allowYtDlp: true } }, 'not_media')
})

test('a recording may lie on the machine itself, where its owner lets jobs read', async t => {
  const { context, config, env, read } = await jobMachine(t, serveExamples)
  const own = { ...env, RELAYQ_INPUT_URL: '', RELAYQ_INPUT_PATH: join(examples, 'market.mp3') }
  await fails({ ...context, env: own }, 'tool_missing')
  await runJob('transcribe', { ...context, env: own, config: { ...config, inputRoots: [examples] } })
  assert.equal(await read('relayq-result/transcript.txt'), 'good morning\n')
})

test('a recording that was sent along is fetched with the token, which only the broker gets', async t => {
  const seen: (string | undefined)[][] = []
  const { context, env, read, result } = await jobMachine(t, (request, response) => {
    seen.push([request.url, request.headers.authorization, request.headers.accept])
    if (request.url === '/repos/octo/queue/releases/assets/34')
      response.writeHead(302, { location: '/market.mp3' }).end()
    else if (request.url?.endsWith('/36')) response.writeHead(403).end()
    else serveExamples(request, response)
  })
  const audio = await readFile(join(examples, 'market.mp3'))
  const sha256 = createHash('sha256').update(audio).digest('hex')
  const step = {
    ...env,
    RELAYQ_INPUT_URL: '',
    RELAYQ_TOKEN: 'ghs_step',
    GITHUB_API_URL: new URL(env.RELAYQ_INPUT_URL).origin,
    GITHUB_REPOSITORY: 'octo/queue',
  }
  const run = (file: string, extra = {}) => ({
    ...context,
    config: { ...context.config, allowCidrs: [] },
    env: { ...step, RELAYQ_INPUT_FILE: file, ...extra },
  })
  await runJob('transcribe', run(`12/34:${audio.length}:${sha256}:a talk.mp3`))
  assert.equal(await read('relayq-result/transcript.txt'), 'good morning\n')
  assert.deepEqual(seen, [
    ['/repos/octo/queue/releases/assets/34', 'token ghs_step', 'application/octet-stream'],
    ['/market.mp3', undefined, '*/*'],
  ])
  await fails(run(`12/34:${audio.length}:${'0'.repeat(64)}:a talk.mp3`), 'file_unusable')
  await fails(run(`12/35:${audio.length}:${sha256}:a talk.mp3`), 'url_not_found')
  assert.match((await result()).error?.hint ?? '', /contents: write/)
  await fails(run(`12/36:${audio.length}:${sha256}:a talk.mp3`), 'broker_unavailable')
  await fails(run(`12/34:1:${sha256}:x`, { RELAYQ_TOKEN: '' }), 'not_authorized')
  await fails(run('./talk.mp3'), 'invalid_input')
})

test('a recording that was sent encrypted is read with the key of the machine, and with no other', async t => {
  let sent: Buffer = Buffer.alloc(0)
  const { context, env, temp, read, result } = await jobMachine(t, (_request, response) => response.end(sent))
  const key = await ensureRunnerKey(join(temp, 'runner-key.txt'))
  const step = {
    ...{ ...env, RELAYQ_INPUT_URL: '', RELAYQ_TOKEN: 'ghs_step', GITHUB_REPOSITORY: 'octo/queue' },
    GITHUB_API_URL: new URL(env.RELAYQ_INPUT_URL).origin,
  }
  const sealed = async (path: string, recipient: string): Promise<Buffer> => {
    await sealFile(path, join(temp, 'sealed'), [recipient])
    return readFile(join(temp, 'sealed'))
  }
  const runWith = (body: Buffer, extra = {}) => {
    sent = body
    const sha256 = createHash('sha256').update(body).digest('hex')
    const file = `age:12/34:${body.length}:${sha256}:file.mp3`
    return { ...context, env: { ...step, RELAYQ_INPUT_FILE: file, ...extra } }
  }
  const recording = join(examples, 'market.mp3')
  const body = await sealed(recording, key.recipient)
  await runJob('transcribe', runWith(body))
  assert.equal(await read('relayq-result/transcript.txt'), 'good morning\n')
  const { source, media } = await result()
  assert.deepEqual([source?.url, media?.bytes], ['file.mp3', (await stat(recording)).size])

  const stranger = await makeSealKey()
  await fails(runWith(await sealed(recording, stranger.recipient)), 'tool_missing')
  assert.match((await result()).error?.hint ?? '', /relayq runner key/)
  await fails(runWith(body.subarray(0, body.length - 30)), 'file_unusable')
  await fails(
    runWith(Buffer.concat([body.subarray(0, -1), Buffer.from([~(body.at(-1) ?? 0)])])),
    'file_unusable',
  )
  await fails(runWith(body, { RELAYQ_MAX_SIZE_MB: '0.05' }), 'too_large')
  await writeFile(join(temp, 'page'), '<html>log in</html>')
  await fails(runWith(await sealed(join(temp, 'page'), key.recipient)), 'not_media')
  await rm(join(temp, 'runner-key.txt'))
  await fails(runWith(body), 'tool_missing')
  assert.ok(!(await readdir(temp)).some(name => name.startsWith('relayq-work')))
})

test('a limit that is no number fails the job, and is not taken for none', async t => {
  const { context, config, env, result } = await jobMachine(t, serveExamples)
  await fails({ ...context, env: { ...env, RELAYQ_MAX_SIZE_MB: 'many' } }, 'invalid_input')
  await fails({ ...context, config: { ...config, maxDownloadMb: 'many' } }, 'invalid_config')
  assert.equal((await result()).error?.message, 'RELAYQ_MAX_DOWNLOAD_MB cannot be "many".')
})

test('a machine without ffmpeg or engine says so before it downloads, with exit code 75', async t => {
  const asked: string[] = []
  const { context, env, config } = await jobMachine(t, request => asked.push(request.url ?? ''))
  const noFfmpeg = await fails({ ...context, env: { ...env, PATH: fixtures } }, 'ffmpeg_missing')
  assert.equal(noFfmpeg.exitCode, 75)
  const german = { ...env, RELAYQ_INPUT_LANGUAGE: 'de' }
  const noEngine = await fails({ ...context, env: german }, 'engine_missing')
  assert.match(noEngine.message, /whisper-cli is not installed; PocketSphinx knows English only/)
  const model = { ...env, RELAYQ_INPUT_MODEL: 'small' }
  const whisperCli = join(fixtures, 'whisper-cli')
  const noModel = await fails({ ...context, env: model, config: { ...config, whisperCli } }, 'model_missing')
  assert.match(noModel.hint ?? '', /relayq models pull small/)
  assert.deepEqual(asked, [])
})

test('a model that is only configured and absent is made good by another engine, with a warning', async t => {
  const { context, config, env } = await jobMachine(t, serveExamples)
  const configured = { ...config, whisperCli: join(fixtures, 'whisper-cli'), whisperModel: 'small' }
  const result = await runJob('transcribe', { ...context, config: configured, env })
  assert.equal(result.engine?.name, 'pocketsphinx')
  assert.match(result.warnings[0] ?? '', /"small" is not on this machine; pocketsphinx was used instead/)
})

test('what is configured is checked like an input, and is what a job that names nothing gets', async t => {
  const { context, config, result } = await jobMachine(t, serveExamples)
  const wrong = await fails({ ...context, config: { ...config, whisperModel: '../x' } }, 'invalid_config')
  assert.match(wrong.message, /WHISPER_MODEL cannot be/)
  const german = await fails({ ...context, config: { ...config, language: 'de-AT' } }, 'engine_missing')
  assert.match(german.message, /not "de"/)
  for (const mistake of [{ command: 'hear it' }, { serverUrl: 'http://nas.local/v1' }]) {
    const speech = { ...config.speech, ...mistake }
    await fails({ ...context, config: { ...config, speech } }, 'invalid_config')
  }
  assert.equal((await result()).error?.code, 'invalid_config')
})

test('a command that the owner has set goes before every engine', async t => {
  const { context, config, result } = await jobMachine(t, serveExamples)
  const command = '["/bin/sh", "-c", "echo Heard by hand", "{input}"]'
  await runJob('transcribe', {
    ...context,
    config: { ...config, speech: { ...config.speech, command } },
  })
  assert.equal((await result()).engine?.name, 'command')
})

test('an engine that the owner has named and that is not there is made good, with a warning', async t => {
  const { context, config, result } = await jobMachine(t, serveExamples)
  const speech = { ...config.speech, serverUrl: 'http://127.0.0.1:1/v1' }
  await runJob('transcribe', { ...context, config: { ...config, speech } })
  const { engine, warnings } = await result()
  assert.equal(engine?.name, 'pocketsphinx')
  assert.match(warnings[0] ?? '', /no server answers at http:.*; pocketsphinx was used instead/)
})

test('a run whose job another run has done downloads nothing, and says so as news', async t => {
  const asked: string[] = []
  const { context, env, lines, temp, result } = await jobMachine(t, (request, response) => {
    asked.push(request.url ?? '')
    const run = {
      id: 7,
      display_title: 'Transcribe audio [abc.1]',
      status: 'completed',
      conclusion: 'success',
      html_url: 'http://hub/runs/7',
      path: '.github/workflows/transcribe_audio.yml',
      created_at: '2026-11-25T12:00:00Z',
      updated_at: '2026-11-25T12:00:00Z',
    }
    response.end(JSON.stringify({ workflow_runs: [run] }))
  })
  const step = {
    ...env,
    GITHUB_API_URL: new URL(env.RELAYQ_INPUT_URL).origin,
    GITHUB_REPOSITORY: 'octo/queue',
    GITHUB_RUN_ID: '8',
    GITHUB_WORKFLOW_REF: 'octo/queue/.github/workflows/transcribe_audio.yml@refs/heads/main',
    RELAYQ_TOKEN: 'ghs_step',
  }
  const error = await fails({ ...context, env: step }, 'superseded')
  assert.equal(error.exitCode, 3)
  assert.equal(asked.length, 1)
  assert.equal((await result()).error?.code, 'superseded')
  assert.deepEqual(await readdir(join(temp, 'relayq-result')), ['result.json'])
  assert.deepEqual(lines, [
    '::notice title=transcribe is left to another run::Superseded by run 7: it has done this job. See http://hub/runs/7',
  ])
})

test('the code of a kind and its programs do not get the token of the step', async t => {
  const { context, env, temp, lines, read } = await jobMachine(t, serveExamples)
  const leak = join(temp, 'leak')
  const engine = join(env.PATH, 'pocketsphinx')
  await rm(engine)
  await writeFile(engine, `#!/bin/sh\n/usr/bin/env >>${leak}\nexec ${join(fixtures, 'pocketsphinx')} "$@"\n`)
  await chmod(engine, 0o755)
  await runJob('transcribe', { ...context, env: { ...env, RELAYQ_TOKEN: 'ghs_step' } })
  const said = await read('leak')
  assert.match(said, /^RELAYQ_ID=abc\.1$/m)
  assert.doesNotMatch([said, ...lines].join('\n'), /ghs_step|RELAYQ_TOKEN/)
})

test('programs that read what strangers sent do not get the secrets', () => {
  const env = { PATH: '/usr/bin', AI_API_KEY: 'sk-secret', HEADER: 'Bearer sk-secret', PIN: 'usr', EMPTY: '' }
  const kept = { PATH: '/usr/bin', EMPTY: '' }
  assert.deepEqual(withoutSecrets(env, ['sk-secret', 'usr', '']), kept)
})

test('cancelling a job ends its programs, removes its files and is reported', async t => {
  const marker = { name: 'RELAYQ_TEST_MARKER', value: randomId() }
  const { context, env, temp, result } = await jobMachine(t, serveExamples)
  const controller = new AbortController()
  let now = 0
  const stopping: JobContext = {
    ...context,
    env: {
      ...env,
      RELAYQ_INPUT_URL: new URL('/meeting.mp3', env.RELAYQ_INPUT_URL).href,
      [marker.name]: marker.value,
    },
    signal: controller.signal,
    // A second passes with every look, so that no progress line is held back.
    clock: () => (now += 1000),
    print: line => (parseProgress(line)?.percent ?? 0) > 0 && controller.abort(),
  }
  await fails(stopping, 'cancelled')
  assert.deepEqual(await listMarked(marker), [])
  assert.equal((await result()).status, 'failed')
  assert.deepEqual(
    (await readdir(temp)).filter(name => name.startsWith('relayq-work')),
    [],
  )
})

/** Serves the first part of a recording, whose header tells the length of the whole. */
const serveCutOff: RequestListener = (_request, response) => {
  readFile(join(examples, 'market.mp3')).then(audio => response.end(audio.subarray(0, 40_000)))
}

test('a doubt is told in the result, in the transcript and in the log', async t => {
  const { context, lines, read } = await jobMachine(t, serveCutOff)
  const { status, doubts, warnings } = await runJob('transcribe', context)
  assert.equal(status, 'succeeded')
  const message = doubts[0]?.message ?? ''
  assert.deepEqual([doubts[0]?.kind, doubts[0]?.severity], ['cut_off', 'doubt'])
  assert.match(message, /claims 15\.\d s of audio/)
  assert.deepEqual(
    warnings.filter(warning => warning === message),
    [message],
  )
  assert.deepEqual(JSON.parse(await read('relayq-result/transcript.json')).doubts, doubts)
  assert.ok(lines.includes(`relayq: warning: ${message}`))
})

test('where the policy wants no doubt, such a job fails, and its result says why', async t => {
  const { context, env, temp, result } = await jobMachine(t, serveCutOff)
  const error = await fails({ ...context, env: { ...env, RELAYQ_VERIFY: 'fail' } }, 'doubtful_result')
  assert.match(error.message, /in doubt: The file claims/)
  assert.match(error.hint ?? '', /verify: warn/)
  assert.deepEqual(await readdir(join(temp, 'relayq-result')), ['result.json'])
  assert.deepEqual(
    (await result()).doubts.map(({ kind }) => kind),
    ['cut_off'],
  )
})

test('where the policy wants no look, none is had; what decoding shows is told all the same', async t => {
  const { context, env } = await jobMachine(t, serveCutOff)
  const { doubts, warnings } = await runJob('transcribe', {
    ...context,
    env: { ...env, RELAYQ_VERIFY: 'off' },
  })
  assert.deepEqual(doubts, [])
  assert.match(warnings.join(), /claims 15\.\d s of audio/)
  await fails({ ...context, env: { ...env, RELAYQ_VERIFY: 'maybe' } }, 'invalid_input')
})

test('an engine that was caught in a loop is heard once more, and the job ends without doubt', async t => {
  const { context, config, temp, read } = await jobMachine(t, serveExamples)
  await writeFile(join(temp, 'ggml-looping.bin'), '')
  const looping = {
    ...{ whisperCli: join(fixtures, 'whisper-cli'), whisperModel: 'looping' },
    modelDirs: [temp],
  }
  const strict = { ...context.env, RELAYQ_VERIFY: 'fail' }
  const caught = { ...context, config: { ...config, ...looping } }
  const unseen = { ...caught, env: { ...context.env, RELAYQ_VERIFY: 'off' } }
  await runJob('transcribe', unseen)
  assert.match(await read('relayq-result/transcript.txt'), /^(Thanks for watching\.\s){6}$/)
  const { engine, doubts } = await runJob('transcribe', { ...caught, env: strict })
  assert.deepEqual(engine, { name: 'whisper-cli', model: 'looping' })
  assert.equal(await read('relayq-result/transcript.txt'), 'Good morning.\n')
  assert.deepEqual(
    doubts.map(({ kind, severity }) => [kind, severity]),
    [['unheard', 'note']],
  )
})

/** Says "good morning" of whatever it is given; while there is a file `trap`, the second one to start fails once a chunk is kept. */
function trappedEngine(temp: string): string {
  return `#!/bin/sh
PATH=/usr/bin:/bin
echo call >>${temp}/calls
if [ -e ${temp}/trap ] && ! mkdir ${temp}/first 2>/dev/null && mkdir ${temp}/second 2>/dev/null; then
  until ls ${temp}/cache/chunks/*/*.json >/dev/null 2>&1; do sleep 0.02; done
  exit 1
fi
echo '{"b":1,"d":1,"p":0,"t":"good morning","w":[{"b":1,"d":0.4,"p":0.9,"t":"good"},{"b":1.5,"d":0.4,"p":0.8,"t":"morning"}]}'
`
}

test('a long recording is heard in parts, and a second try begins where the first one failed', async t => {
  const { context, env, temp, lines, read } = await jobMachine(t, (_request, response) => {
    readFile(join(temp, 'long.wav')).then(audio => response.end(audio))
  })
  const tools = await findMediaTools(process.env, [])
  const beeps = "aevalsrc='0.3*sin(2765*t)*lt(mod(t,10),9)':d=420:s=8000"
  await runMediaTool(
    tools.ffmpeg,
    ['-v', 'error', '-f', 'lavfi', '-i', beeps, join(temp, 'long.wav')],
    tools,
    {
      timeoutMs: 60_000,
    },
  )
  const engine = join(env.PATH, 'pocketsphinx')
  await rm(engine)
  await writeFile(engine, trappedEngine(temp), { mode: 0o755 })
  await writeFile(join(temp, 'trap'), '')
  const unseen = { ...context, env: { ...env, RELAYQ_VERIFY: 'off' } }
  await fails(unseen, 'engine_failed')
  assert.deepEqual((await readdir(temp)).includes('relayq-work'), false)

  await rm(join(temp, 'trap'))
  await writeFile(join(temp, 'calls'), '')
  await runJob('transcribe', unseen)
  const parts = Number(/heard in (\d+) parts/.exec(lines.join('\n'))?.[1])
  const calls = (await read('calls')).split('\n').length - 1
  assert.ok(
    parts >= 2 && calls >= 1 && calls < parts,
    `${calls} of ${parts} parts were heard by the second try`,
  )
  const { segments } = JSON.parse(await read('relayq-result/transcript.json')) as {
    segments: { start: number; text: string }[]
  }
  assert.equal(segments.length, parts)
  assert.equal(lines.filter(line => line.includes('an earlier try has heard')).length, 1)
  assert.ok(segments.every(({ text }) => text === 'good morning'))
  assert.ok(
    segments.slice(1).every(({ start }) => start > 20),
    'in the time of the whole recording',
  )
  assert.deepEqual(await readdir(join(temp, 'cache', 'chunks')), [], 'nothing is kept of a job that is done')
})
