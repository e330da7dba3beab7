import assert from 'node:assert/strict'
import { readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { temporaryFolder } from '../../test/support/git-repository.ts'
import { fails, jobMachine, serveExamples } from '../../test/support/job-machine.ts'
import { makeMedia, mediaMachine, theRealOne, tools } from '../../test/support/media-machine.ts'
import { randomId } from '../base/id.ts'
import { listMarked } from '../base/process-tree.ts'
import { probeStreams } from '../media/probe.ts'
import { parseProgress } from '../model/progress.ts'
import { runJob } from './run-job.ts'

const { signal } = new AbortController()

const bars = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=10:duration=3']
const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=3']
const small = ['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac']

const shared = temporaryFolder({ after })
const film = makeMedia(join(shared, 'film.mkv'), [...bars, ...tone, ...small])
const sound = makeMedia(join(shared, 'sound.mp3'), ['-i', film])

test('a recording becomes another form, with a result, a summary and progress, and nothing stays behind', async t => {
  const { context, env, temp, lines, read, result } = await jobMachine(t, serveExamples)
  const returned = await runJob('transcode', { ...context, env: { ...env, RELAYQ_INPUT_FORMAT: 'opus' } })
  assert.deepEqual(await result(), returned)
  assert.deepEqual(returned.files, { opus: 'market.opus' })
  assert.deepEqual([returned.engine, returned.warnings], [{ name: 'ffmpeg', model: 'libopus' }, []])
  assert.ok(Math.abs((returned.media?.durationSeconds ?? 0) - 15.6) < 0.2)
  assert.ok((returned.timing?.workSeconds ?? 0) > 0)
  const made = await probeStreams(join(temp, 'relayq-result/market.opus'), tools, signal)
  assert.deepEqual([made.audio?.codec, made.video], ['opus', null])

  const summary = await read('summary')
  assert.match(summary, /\| from \| http:\S+\/market\.mp3 \| 0\.\d\d MB \| 15\.\d s \| mp3 \|/)
  assert.match(summary, /\| to \| market\.opus \| 0\.\d\d MB \| 15\.\d s \| libopus \|/)
  assert.match(summary, /Made on rpi4 in \d+\.\d s, \d+\.\d times as fast as it plays\./)
  assert.equal(lines.flatMap(line => parseProgress(line) ?? []).at(-1)?.percent, 100)
  assert.ok(![...lines, summary].join('\n').includes('hush'), 'a signature in the address is not repeated')
  assert.deepEqual((await readdir(temp)).sort(), ['bin', 'output', 'relayq-result', 'summary'])
})

test('a film keeps picture and sound where the form holds both, and is made smaller, never larger', async t => {
  const { order, streams } = await mediaMachine(t, 'my film.mkv', [
    ...['-f', 'lavfi', '-i', 'testsrc=size=902x601:rate=5:duration=2', ...tone, '-shortest'],
    ...['-pix_fmt', 'yuv444p', ...small],
  ])
  const smaller = await runJob('transcode', order({ format: 'mp4', height: '480', quality: 'small' }))
  assert.deepEqual(smaller.files, { mp4: 'my film.mp4' })
  const { video, audio, durationSeconds } = await streams('my film.mp4')
  assert.deepEqual([video?.codec, video?.width, video?.height, audio?.codec], ['h264', 720, 480, 'aac'])
  assert.ok(Math.abs((durationSeconds ?? 0) - 2) < 0.3)
  await runJob('transcode', order({ format: 'webm', height: '1080' }))
  const same = await streams('my film.webm')
  assert.deepEqual([same.video?.codec, same.video?.width, same.video?.height], ['vp9', 902, 600])
  assert.equal(same.audio?.codec, 'opus')
})

test('every form for sound is made of a film, and its picture is left out', async t => {
  const { order, streams } = await mediaMachine(t, 'film.mp4', ['-i', film, '-c', 'copy'])
  const codecs = { mp3: 'mp3', m4a: 'aac', opus: 'opus', flac: 'flac', wav: 'pcm_s16le' }
  for (const [format, codec] of Object.entries(codecs)) {
    await runJob('transcode', order({ format }))
    const { audio, video, durationSeconds } = await streams(`film.${format}`)
    assert.deepEqual([audio?.codec, video], [codec, null])
    assert.ok(Math.abs((durationSeconds ?? 0) - 3) < 0.2, format)
  }
  const told = await runJob('transcode', order({ format: 'mp3', height: '480' }))
  assert.match(told.warnings[0] ?? '', /height=480 says nothing here/)
})

test('a film without sound stays one, and has nothing that a form for sound could hold', async t => {
  const { order, streams } = await mediaMachine(t, 'silent.mp4', ['-i', film, '-c', 'copy', '-an'])
  await runJob('transcode', order({ format: 'webm' }))
  assert.equal((await streams('silent.webm')).audio, null)
  assert.match(
    (await fails(order({ format: 'mp3' }), 'not_media', 'transcode')).message,
    /picture, but no sound/,
  )
})

test('six channels become two, and a cover is no picture', async t => {
  const cover = ['-f', 'lavfi', '-i', 'color=red:size=64x64:duration=1']
  const { order, streams } = await mediaMachine(t, 'covered.flac', [
    ...[...tone, ...cover, '-map', '0:a', '-map', '1:v', '-frames:v', '1', '-ac', '6'],
    ...['-c:v', 'png', '-disposition:v', 'attached_pic'],
  ])
  await runJob('transcode', order({ format: 'mp4' }))
  const { audio, video } = await streams('covered.mp4')
  assert.deepEqual([audio?.channels, video], [2, null])
})

test('inputs that are missing or none of the words end with exit code 2', async t => {
  const { order } = await mediaMachine(t, 'a.mp3', sound)
  assert.match((await fails(order({}), 'invalid_input', 'transcode')).message, /input format is missing/)
  for (const wrong of [{ format: 'exe' }, { height: '12' }, { quality: 'best' }])
    await fails(order({ format: 'mp3', ...wrong }), 'invalid_input', 'transcode')
})

test('a source that ends before it says is made all the same, and doubted', async t => {
  const { path, order, result } = await mediaMachine(t, 'cut.mp3', [
    ...['-f', 'lavfi', '-i', 'sine=duration=20', '-b:a', '64k'],
  ])
  await truncate(path, 80_000)
  const kept = await runJob('transcode', order({ format: 'wav' }))
  assert.deepEqual([kept.doubts[0]?.kind, kept.doubts[0]?.severity], ['cut_off', 'doubt'])
  assert.match(
    kept.warnings[0] ?? '',
    /claims 20\.\d s, the output has (9|10)\.\d s: the source may be cut off/,
  )
  const off = await runJob('transcode', order({ format: 'wav' }, { RELAYQ_VERIFY: 'off' }))
  assert.deepEqual([off.doubts, off.warnings.length], [[], 1])
  await fails(order({ format: 'wav' }, { RELAYQ_VERIFY: 'fail' }), 'doubtful_result', 'transcode')
  assert.deepEqual((await result()).files, {})
})

test('junk, a script that names other files, and what is too large are refused, and leave only result.json', async t => {
  const { path, order, temp } = await mediaMachine(t, 'a.mp3', sound)
  await fails(order({ format: 'mp4' }, { RELAYQ_MAX_SIZE_MB: '0.001' }), 'too_large', 'transcode')
  for (const text of [Buffer.alloc(5000, 'not audio '), 'ffconcat version 1.0\nfile /etc/passwd\n']) {
    await writeFile(path, text)
    await fails(order({ format: 'mp4' }), 'bad_media', 'transcode')
    assert.deepEqual(await readdir(join(temp, 'relayq-result')), ['result.json'])
  }
})

test('an ffmpeg without the encoder says so before the download, and one with the second best uses it', async t => {
  const bench = await mediaMachine(t, 'film.mkv', film)
  await bench.replaceFfmpeg(theRealOne, / libx264 /)
  const made = await runJob('transcode', bench.order({ format: 'mp4' }))
  assert.match(made.warnings[0] ?? '', /has no libx264: mpeg4 was used instead/)
  assert.equal((await bench.streams('film.mp4')).video?.codec, 'mpeg4')
  await bench.replaceFfmpeg(theRealOne, / libvpx/)
  const missing = await fails(bench.order({ format: 'webm' }), 'tool_missing', 'transcode')
  assert.match(missing.message, /cannot make webm: it has no libvpx-vp9 or libvpx\./)
  assert.equal(missing.exitCode, 75)
  assert.ok(!bench.lines.some(line => line.includes('copied') && line.includes('webm')))
})

test('what ffmpeg makes and ffprobe cannot read, or has lost a stream, is no result', async t => {
  const bench = await mediaMachine(t, 'film.mkv', film)
  const spoil = (how: string) => bench.replaceFfmpeg(`for last; do :; done\n${how}`)
  const order = bench.order({ format: 'mp4' }, { PATH: `${bench.env.PATH}:/usr/bin:/bin` })
  await spoil(`echo nothing >"\${last#file:}"`)
  const unreadable = await fails(order, 'engine_failed', 'transcode')
  assert.match(unreadable.message, /of no use: it cannot be read/)
  await spoil(`exec ${tools.ffmpeg} -v error -y -i ${bench.path} -an -f mp4 "$last"`)
  assert.match((await fails(order, 'engine_failed', 'transcode')).message, /it has lost the sound/)
  assert.deepEqual(await readdir(join(bench.temp, 'relayq-result')), ['result.json'])
})

test('a cancelled job ends ffmpeg and leaves nothing', async t => {
  const bench = await mediaMachine(t, 'film.mkv', film)
  const marker = { name: 'RELAYQ_TEST_MARKER', value: randomId() }
  await bench.replaceFfmpeg(`echo out_time_us=1000000\nexec /bin/sleep 60`)
  const stop = new AbortController()
  const order = {
    ...bench.order({ format: 'mp4' }, { [marker.name]: marker.value }),
    signal: stop.signal,
    print: (line: string) => parseProgress(line) && stop.abort(),
  }
  assert.equal((await fails(order, 'cancelled', 'transcode')).exitCode, 3)
  assert.deepEqual(await listMarked(marker), [])
  assert.deepEqual(await readdir(join(bench.temp, 'relayq-result')), ['result.json'])
  assert.ok(!(await readdir(bench.temp)).some(name => name.startsWith('relayq-work')))
})
