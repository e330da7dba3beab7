import assert from 'node:assert/strict'
import { copyFile, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findMediaTools, runMediaTool } from './ffmpeg.ts'
import { lossWarnings, normalise, progressShare } from './normalise.ts'
import { probe, readProbe } from './probe.ts'
import { findSilences, readLevels } from './silence.ts'
import { bytesPerSecond, headerBytes } from './wav.ts'

const recording = fileURLToPath(new URL('../../examples/audio/market.mp3', import.meta.url))
const longRecording = fileURLToPath(new URL('../../examples/audio/meeting.mp3', import.meta.url))
const { signal } = new AbortController()
const tools = await findMediaTools(process.env, [])

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-media-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

test('a recording is probed and decoded to 16 kHz mono with a plain header', async t => {
  const folder = await temporaryFolder(t)
  const facts = await probe(recording, tools, signal)
  assert.equal(facts.codec, 'mp3')
  const shares: number[] = []
  const watch = { signal, onProgress: (share: number) => shares.push(share) }
  const audio = await normalise({ path: recording, facts }, join(folder, 'a.wav'), tools, watch)
  assert.ok(Math.abs(audio.durationSeconds - 15.6) < 0.2)
  assert.ok((shares.at(-1) ?? 0) > 0.95)
  assert.deepEqual(audio.warnings, [])
  const wav = await readFile(audio.path)
  assert.equal(wav.toString('latin1', 36, 40), 'data')
  assert.equal(wav.length, headerBytes + audio.durationSeconds * bytesPerSecond)
})

test('an ffmpeg that is killed says that memory ran out, and not that the file is bad', async t => {
  const ffmpeg = join(await temporaryFolder(t), 'ffmpeg')
  await writeFile(ffmpeg, '#!/bin/sh\nkill -KILL $$\n', { mode: 0o755 })
  await assert.rejects(runMediaTool(ffmpeg, [], tools, { timeoutMs: 10_000 }), {
    code: 'out_of_memory',
    message: /^ffmpeg was killed/,
  })
})

test('one of the recordings to try is longer than half a minute', async () => {
  const { durationSeconds } = await probe(longRecording, tools, signal)
  assert.ok((durationSeconds ?? 0) > 30)
})

test('a file cut short is decoded as far as it goes, with a warning', async t => {
  const folder = await temporaryFolder(t)
  const cut = join(folder, 'cut.mp3')
  await copyFile(recording, cut)
  await truncate(cut, 40_000)
  const facts = await probe(cut, tools, signal)
  const watch = { signal, onProgress: () => {} }
  const audio = await normalise({ path: cut, facts }, join(folder, 'a.wav'), tools, watch)
  assert.ok(audio.durationSeconds < 9)
  assert.match(audio.warnings[0] ?? '', /claims 15\.\d s of audio, but only [78]\.\d s could be decoded/)
})

test('only a loss of more than two seconds and two percent is worth a warning', () => {
  assert.deepEqual(lossWarnings(null, 10), [])
  assert.deepEqual(lossWarnings(10, 8.1), [])
  assert.deepEqual(lossWarnings(1000, 985), [])
  assert.equal(lossWarnings(100, 90).length, 1)
})

test('junk, an empty container and a picture are refused with a clear code', async t => {
  const folder = await temporaryFolder(t)
  const junk = join(folder, 'junk.mp3')
  await writeFile(junk, Buffer.alloc(5000, 'not audio '))
  await assert.rejects(probe(junk, tools, signal), { code: 'bad_media' })
  const silentVideo = join(folder, 'video.avi')
  const make = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=64x64:d=0.2', `file:${silentVideo}`]
  await runMediaTool(tools.ffmpeg, make, tools, { signal, timeoutMs: 20_000 })
  await assert.rejects(probe(silentVideo, tools, signal), { code: 'not_media' })
})

test('a file that is a script for ffmpeg opens no other file', async t => {
  const folder = await temporaryFolder(t)
  await copyFile(recording, join(folder, 'neighbour.mp3'))
  const scripts = ['ffconcat version 1.0\nfile neighbour.mp3\n', '#EXTM3U\n#EXTINF:10,\nneighbour.mp3\n']
  for (const script of scripts) {
    const path = join(folder, 'input')
    await writeFile(path, script)
    await assert.rejects(probe(path, tools, signal), { code: 'bad_media' })
  }
})

test('a machine without ffmpeg is told how to install it', async () => {
  await assert.rejects(findMediaTools({ PATH: '/nonexistent' }, []), {
    code: 'ffmpeg_missing',
    hint: /(?:apt-get|brew) install (?:-y )?ffmpeg/,
  })
})

test('an abort ends ffmpeg and leaves no finished file', async t => {
  const folder = await temporaryFolder(t)
  const facts = await probe(recording, tools, signal)
  const aborted = AbortSignal.abort()
  const watch = { signal: aborted, onProgress: () => {} }
  const running = normalise({ path: recording, facts }, join(folder, 'a.wav'), tools, watch)
  await assert.rejects(running, { name: 'AbortError' })
  assert.deepEqual(await readdir(folder), [])
})

test('progress lines are read in microseconds and never pass the end', () => {
  assert.equal(progressShare('out_time_us=5000000', 10), 0.5)
  assert.equal(progressShare('out_time_us=99000000', 10), 1)
  assert.equal(progressShare('out_time_us=5000000', null), null)
  assert.equal(progressShare('speed=80x', 10), null)
})

test("ffprobe's report is read with suspicion", () => {
  assert.equal(readProbe('not json'), null)
  assert.equal(readProbe('{"streams":[{"codec_type":"video"}]}'), null)
  const report = readProbe('{"streams":[{"codec_type":"audio","duration":"N/A"}],"format":{"duration":"-1"}}')
  assert.equal(report?.durationSeconds, null)
})

test('the pauses between sentences are found', async t => {
  const folder = await temporaryFolder(t)
  const facts = await probe(recording, tools, signal)
  const watch = { signal, onProgress: () => {} }
  const audio = await normalise({ path: recording, facts }, join(folder, 'a.wav'), tools, watch)
  const file = await open(audio.path)
  const levels = await readLevels(file)
  await file.close()
  const silences = findSilences(levels, 0.12)
  assert.ok(silences.length >= 4, 'at least the pauses between five sentences')
  assert.ok(silences.every(({ start, end }) => end - start >= 0.119))
})

test('sound without a pause has no silence, and silence is one', () => {
  assert.deepEqual(findSilences(new Float32Array(100).fill(-12), 0.1), [])
  assert.deepEqual(findSilences(new Float32Array(100).fill(-100), 0.1), [{ start: 0, end: 1 }])
  assert.deepEqual(findSilences(new Float32Array(0), 0.1), [])
})
