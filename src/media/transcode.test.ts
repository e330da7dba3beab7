import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { findEncoders, readEncoders } from './encoders.ts'
import { findMediaTools, runMediaTool } from './ffmpeg.ts'
import { probeStreams, readStreams } from './probe.ts'
import { keepStreams, type TranscodeLimits, transcodeFile, usualLimits } from './transcode.ts'

const { signal } = new AbortController()
const tools = await findMediaTools(process.env, [])
const encoders = await findEncoders('mp4', tools, signal)

/** What ffmpeg's own generators make, and a way to have it transcoded within other limits than the usual. */
async function source(t: TestContext, name: string, ...args: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-transcode-'))
  t.after(() => rm(folder, { recursive: true }))
  const path = join(folder, name)
  const made = await runMediaTool(tools.ffmpeg, ['-v', 'error', ...args, `file:${path}`], tools, {
    timeoutMs: 60_000,
  })
  assert.equal(made.kind, 'ok')
  const streams = await probeStreams(path, tools, signal)
  const within = (limits: Partial<TranscodeLimits>) => {
    const request = { format: 'mp4', quality: 'normal', height: null } as const
    const how = { request, encoders, limits: { ...usualLimits, ...limits } }
    const kept = { audio: streams.audio, video: streams.video }
    const watch = { signal, onProgress: () => {} }
    return transcodeFile({ path, kept }, join(folder, 'output'), how, tools, watch)
  }
  return { streams, within }
}

test('what is too long, becomes too large, or takes too much time is ended', async t => {
  const noise = ['-f', 'lavfi', '-i', 'anoisesrc=duration=30', '-c:a', 'pcm_s16le']
  const { within } = await source(t, 'noise.wav', ...noise)
  assert.ok(Math.abs(((await within({})) ?? 0) - 30) < 0.2)
  await assert.rejects(within({ seconds: 10 }), { code: 'too_large', message: /longer than/ })
  await assert.rejects(within({ bytes: 100_000 }), { code: 'too_large', message: /larger than 0\.1 MB/ })
  await assert.rejects(within({ timeoutMs: 1 }), { code: 'timeout' })
})

test('a picture of forty megapixels is refused, and its decoder is told so too', async t => {
  const picture = ['-f', 'lavfi', '-i', 'color=red:size=8000x5000:rate=1:duration=1', '-c:v', 'mpeg4']
  const { streams, within } = await source(t, 'large.avi', ...picture)
  assert.throws(() => keepStreams(streams, encoders), {
    code: 'too_large',
    message: /8000 x 5000/,
  })
  await assert.rejects(within({}), { code: 'bad_media' })
})

test('the encoders are read from what ffmpeg prints, its legend aside', () => {
  const printed = ` V..... = Video
 ------
 V....D libx264              libx264 H.264
 A..X.. opus                 Opus
 S..... srt                  SubRip
`
  assert.deepEqual([...readEncoders(printed)], ['libx264', 'opus'])
})

test('streams are read with suspicion, and a cover is none', () => {
  assert.equal(readStreams('{}'), null)
  assert.equal(readStreams('{"streams":[{"codec_type":"subtitle"}]}'), null)
  const cover = '{"codec_type":"video","disposition":{"attached_pic":1}}'
  assert.equal(readStreams(`{"streams":[${cover}]}`), null)
  const odd = readStreams(`{"streams":[${cover},{"codec_type":"video","index":1,"duration":"N/A"}]}`)
  assert.deepEqual(odd?.video, { index: 1, codec: 'unknown', durationSeconds: null, width: 0, height: 0 })
})
