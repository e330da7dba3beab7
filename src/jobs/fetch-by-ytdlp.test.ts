import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fetchByYtDlp, type YtDlpOptions } from './fetch-by-ytdlp.ts'

/** A yt-dlp that does what the script says, in the folder of `-P`. */
async function ytDlp(t: TestContext, script: string) {
  const work = await mkdtemp(join(tmpdir(), 'relayq-ytdlp-'))
  t.after(() => rm(work, { recursive: true, force: true }))
  const program = join(work, 'program')
  await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$@" >${work}/arguments\n${script}\n`)
  await chmod(program, 0o755)
  const options: YtDlpOptions = {
    url: 'https://93.184.215.14/watch?v=1',
    policy: { allowHosts: [], allowCidrs: [] },
    path: join(work, 'input'),
    folder: join(work, 'yt-dlp'),
    maxBytes: 1000,
    signal: new AbortController().signal,
    inspect: () => {},
    wants: 'sound',
    program,
    env: { PATH: process.env['PATH'] },
  }
  const said = async () => (await readFile(join(work, 'arguments'), 'utf8')).trimEnd().split('\n')
  return { work, options, said }
}

test('a page is fetched into the work folder, by options that leave nothing to configuration', async t => {
  const { work, options, said } = await ytDlp(
    t,
    'echo "RELAYQ 3 5"; echo "RELAYQ 5 NA"; printf audio >media.webm; exit 101',
  )
  const seen: (number | null)[][] = []
  const bytes = await fetchByYtDlp({ ...options, onBytes: (...progress) => seen.push(progress) })
  assert.equal(bytes, 5)
  assert.equal(await readFile(options.path, 'utf8'), 'audio')
  assert.deepEqual(seen, [
    [3, 5],
    [5, null],
  ])
  const words = await said()
  assert.equal(words[0], '--ignore-config')
  assert.deepEqual(words.slice(-2), ['--', options.url])
  assert.equal(words[words.indexOf('--max-filesize') + 1], '1000')
  assert.equal(words[words.indexOf('--use-extractors') + 1], 'default,-generic')
  assert.equal(words[words.indexOf('-f') + 1], 'bestaudio/best')
  await fetchByYtDlp({ ...options, wants: 'picture' })
  const film = await said()
  assert.equal(film[film.indexOf('-f') + 1], 'best/bestaudio')
  assert.deepEqual((await readdir(work)).sort(), ['arguments', 'input', 'program'])
})

test('an address the guard refuses never reaches the program', async t => {
  const { work, options } = await ytDlp(t, 'exit 0')
  for (const url of ['http://169.254.169.254/', 'http://localhost/', 'file:///etc/passwd', '--exec=reboot']) {
    const code = url.startsWith('http:') ? 'url_forbidden' : 'invalid_input'
    await assert.rejects(fetchByYtDlp({ ...options, url }), { code }, url)
  }
  assert.equal(existsSync(join(work, 'arguments')), false)
})

test('what it leaves must be one plain file within the limit', async t => {
  const cases: [string, object][] = [
    ['', { code: 'download_failed', message: /left no file/ }],
    ['ln -s /etc/passwd media.mp3', { code: 'download_failed' }],
    ['mkdir media.mp3', { code: 'download_failed' }],
    ['echo a >media.mp3; echo b >media.webm', { code: 'download_failed' }],
    ['head -c 1001 /dev/zero >media.mp3', { code: 'too_large' }],
  ]
  for (const [script, error] of cases) {
    const { work, options } = await ytDlp(t, script)
    await assert.rejects(fetchByYtDlp(options), error, script)
    assert.deepEqual((await readdir(work)).sort(), ['arguments', 'program'])
  }
})

test('a stream that grows beyond the limit, or never ends, is ended', async t => {
  const growing = await ytDlp(t, 'echo "RELAYQ 1001 NA"; exec sleep 60')
  await assert.rejects(fetchByYtDlp(growing.options), { code: 'too_large' })
  const endless = await ytDlp(t, 'exec sleep 60')
  await assert.rejects(fetchByYtDlp({ ...endless.options, timeoutMs: 50 }), { code: 'timeout' })
  const controller = new AbortController()
  const cancelled = await ytDlp(t, 'echo "RELAYQ 1 NA"; exec sleep 60')
  const stopped = { ...cancelled.options, signal: controller.signal, onBytes: () => controller.abort() }
  await assert.rejects(fetchByYtDlp(stopped), { name: 'AbortError' })
})

test('its own last words tell why it failed', async t => {
  const { options } = await ytDlp(t, 'echo "ERROR: Unsupported URL." >&2; exit 1')
  await assert.rejects(fetchByYtDlp(options), {
    code: 'download_failed',
    message: /: ERROR: Unsupported URL\.$/,
  })
})
