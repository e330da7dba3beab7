import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { RelayError } from '../../src/base/errors.ts'
import { result } from '../../src/cli/commands/result.ts'
import { wait } from '../../src/cli/commands/wait.ts'
import { findMediaTools } from '../../src/media/ffmpeg.ts'
import { probeStreams } from '../../src/media/probe.ts'
import { atTerminal } from '../support/at-terminal.ts'
import { makeDesk } from '../support/relayq-process.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'

const recording = join(import.meta.dirname, '..', '..', 'examples', 'audio', 'market.mp3')

const tools = await findMediaTools(process.env, [])

const read = (path: string) => probeStreams(path, tools, new AbortController().signal)

test('a recording and a film come back from another machine in the form that was asked for', {
  timeout: 120_000,
}, async t => {
  const desk = makeDesk(t, shippedWorkflows)
  copyFileSync(recording, join(desk.checkout, 'market.mp3'))
  const film = join(desk.checkout, 'a film.mkv')
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=640x480:rate=10:duration=3'],
    ...['-f', 'lavfi', '-i', 'sine=duration=3', '-c:v', 'libx264', '-preset', 'ultrafast', film],
  ])
  const up = await desk.relayq(['up', '--detach', '--runner', 'box=audio'])
  assert.equal(up.code, 0, up.stderr)

  const sound = await desk.relayq(['submit', 'transcode', './market.mp3', 'format=opus', '--wait'])
  assert.equal(sound.code, 0, sound.stderr)
  const saved = await desk.relayq(['result', sound.stdout.trim(), '-o', 'made.opus'])
  assert.equal(saved.code, 0, saved.stderr)
  const opus = await read(join(desk.checkout, 'made.opus'))
  assert.deepEqual([opus.audio?.codec, opus.video], ['opus', null])
  assert.ok(Math.abs((opus.durationSeconds ?? 0) - 15.6) < 0.2)

  const picture = await desk.relayq(['submit', 'transcode', './a film.mkv', 'format=webm', '--wait'])
  assert.equal(picture.code, 0, picture.stderr)
  const id = picture.stdout.trim()
  assert.equal((await desk.relayq(['result', id, '-o', '.'])).code, 0)
  const webm = await read(join(desk.checkout, 'a film.webm'))
  assert.deepEqual([webm.video?.codec, webm.audio?.codec], ['vp9', 'opus'])

  await t.test('a terminal is not shown a film, but how to have it', async () => {
    const chosen = { kind: 'named', ids: [id] } as const
    const options = { chosen, format: null, output: null, json: false, open: false }
    const { stdout, error } = await atTerminal(desk, result, options)
    assert.equal(stdout, '')
    assert.ok(error instanceof RelayError && error.code === 'usage', String(error))
    assert.match(error.hint ?? '', /relayq result \w+ -o \./)
    const waited = await atTerminal(desk, wait, {
      chosen: { kind: 'named', ids: [id] },
      timeoutMs: null,
      json: null,
    })
    assert.match(waited.stderr, /^relayq: save it with: relayq result \w+ -o \.$/m)
  })
  await t.test('what was made can be the source of the next job', async () => {
    const next = await desk.relayq(['submit', 'transcode', `result=${id}`, 'format=mp3', '--wait'])
    assert.equal(next.code, 0, next.stderr)
    const { files } = JSON.parse((await desk.relayq(['result', next.stdout.trim(), '--json'])).stdout)
    assert.deepEqual(files, { mp3: 'a film.mp3' })
  })
  await t.test('what no machine should be asked is refused before a job is made of it', async () => {
    const refused = await desk.relayq(['submit', 'transcode', './market.mp3', 'format=mp5'])
    assert.deepEqual([refused.code, refused.stdout], [2, ''])
    assert.match(refused.stderr, /format cannot be "mp5".*\n.*one of: mp4, webm/)
    const missing = await desk.relayq(['submit', 'transcode', './market.mp3'])
    assert.match(missing.stderr, /input format is missing.*\n.*Add format=/)
    assert.ok(!readdirSync(desk.checkout).includes('market.mp5'))
  })
})
