import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { temporaryFolder } from '../../test/support/git-repository.ts'
import { fails, jobMachine } from '../../test/support/job-machine.ts'
import {
  lookAtPicture,
  makeMedia,
  mediaMachine,
  theRealOne,
  tools,
} from '../../test/support/media-machine.ts'
import { randomId } from '../base/id.ts'
import { listMarked } from '../base/process-tree.ts'
import { runJob } from './run-job.ts'

const bars = ['-f', 'lavfi', '-i', 'testsrc=size=800x600:rate=10:duration=3']
const small = ['-c:v', 'libx264', '-preset', 'ultrafast']

const shared = temporaryFolder({ after })
const film = makeMedia(join(shared, 'film.mkv'), [...bars, ...small])
const image = makeMedia(join(shared, 'image.png'), ['-i', film, '-frames:v', '1'])

const lookAt = (temp: string, file: string) => lookAtPicture(join(temp, 'relayq-result', file))

test('of a film one picture is taken, in each format, no wider than was asked and never made larger', async t => {
  const { order, temp, read, lines } = await mediaMachine(t, 'my film.mkv', film)
  const usual = await runJob('thumbnail', order({}))
  assert.deepEqual(usual.files, { jpg: 'my film.jpg' })
  assert.deepEqual(
    [usual.engine, usual.media, usual.warnings],
    [{ name: 'ffmpeg', model: 'mjpeg' }, null, []],
  )
  const { brightness, ...jpg } = lookAt(temp, 'my film.jpg')
  assert.deepEqual(jpg, { codec: 'mjpeg', width: 640, height: 480 })
  assert.ok(brightness > 40)
  assert.match(await read('summary'), /\| to \| my film\.jpg \| 0\.\d\d MB \| 640 x 480 \| mjpeg \|/)
  assert.match(await read('output'), /^width=640\nheight=480$/m)
  assert.ok(lines.some(line => /my film\.jpg has 640 x 480 points/.test(line)))
  for (const [format, codec] of [
    ['png', 'png'],
    ['webp', 'webp'],
  ] as const) {
    await runJob('thumbnail', order({ format, width: '160' }))
    const made = lookAt(temp, `my film.${format}`)
    assert.deepEqual([made.codec, made.width, made.height], [codec, 160, 120])
  }
  await runJob('thumbnail', order({ width: '1920' }))
  assert.equal(lookAt(temp, 'my film.jpg').width, 800)
  assert.deepEqual((await readdir(temp)).sort(), ['bin', 'output', 'relayq-result', 'summary'])
})

test('the moment that was asked for is the one that is shown, and else one that is not black', async t => {
  // White from 2 s to 3 s; black at a tenth, and grey for most of what follows.
  const shades = "geq=lum='if(lt(T,1.2),16,if(between(T,2,2.95),235,120))':cb=128:cr=128"
  const made = ['-f', 'lavfi', '-i', 'color=black:size=64x48:rate=10:duration=8', '-vf', shades]
  const { order, temp } = await mediaMachine(t, 'dark.mp4', [...made, ...small])
  const brightness = async (inputs: Readonly<Record<string, string>>) => {
    await runJob('thumbnail', order(inputs))
    return lookAt(temp, 'dark.jpg').brightness
  }
  assert.ok((await brightness({ at: '1' })) < 10)
  assert.ok((await brightness({ at: '2.5' })) > 245)
  assert.ok((await brightness({ at: '0:02' })) > 245)
  const chosen = await brightness({})
  assert.ok(chosen > 100 && chosen < 140, String(chosen))
  const beyond = await fails(order({ at: '0:01:00' }), 'invalid_input', 'thumbnail')
  assert.match(beyond.message, /no picture at 60 s of the video: it has 8\.0 s/)
})

test('an image is made smaller, from each format into each, and at says nothing there', async t => {
  for (const name of ['a.jpg', 'a.png', 'a.webp']) {
    const { order, temp } = await mediaMachine(t, name, ['-i', image])
    for (const format of ['jpg', 'png', 'webp']) {
      const { warnings } = await runJob('thumbnail', order({ format, width: '320', at: '5' }))
      const { width, height, brightness } = lookAt(temp, `a.${format}`)
      assert.deepEqual([width, height, brightness > 40], [320, 240, true])
      assert.match(warnings[0] ?? '', /at says nothing here: the source is an image/)
    }
  }
})

test('an image comes from a server too, whatever it calls it', async t => {
  const { path } = await mediaMachine(t, 'a.png', image)
  const bytes = await readFile(path)
  const { context, env, temp } = await jobMachine(t, (_request, response) => {
    response.setHeader('content-type', 'text/plain').end(bytes)
  })
  await runJob('thumbnail', { ...context, env: { ...env, RELAYQ_INPUT_WIDTH: '160' } })
  assert.equal(lookAt(temp, 'market.jpg').width, 160)
})

test('of audio its cover is taken, and where there is none it says so', async t => {
  const tone = ['-f', 'lavfi', '-i', 'sine=duration=1']
  const cover = ['-f', 'lavfi', '-i', 'color=red:size=400x400:duration=1']
  const covered = await mediaMachine(t, 'song.flac', [
    ...[...tone, ...cover, '-map', '0:a', '-map', '1:v', '-frames:v', '1'],
    ...['-c:v', 'png', '-disposition:v', 'attached_pic'],
  ])
  await runJob('thumbnail', covered.order({ width: '320' }))
  const { width, height } = lookAt(covered.temp, 'song.jpg')
  assert.deepEqual([width, height], [320, 320])
  const bare = await mediaMachine(t, 'song.mp3', tone)
  assert.match(
    (await fails(bare.order({}), 'not_media', 'thumbnail')).message,
    /no picture in it, and no cover/,
  )
})

test('a picture far higher than wide keeps its form, and points that are not square become so', async t => {
  const tower = await mediaMachine(t, 'tower.png', [
    '-f',
    'lavfi',
    '-i',
    'color=red:size=200x4000',
    '-frames:v',
    '1',
  ])
  await runJob('thumbnail', tower.order({ width: '160' }))
  const high = lookAt(tower.temp, 'tower.jpg')
  assert.deepEqual([high.width, high.height], [16, 320])
  const wide = await mediaMachine(t, 'wide.mkv', [...bars, '-vf', 'setsar=2', ...small])
  await runJob('thumbnail', wide.order({ width: '320' }))
  const shown = lookAt(wide.temp, 'wide.jpg')
  assert.deepEqual([shown.width, shown.height], [320, 120])
})

test('a film that ends before a tenth of what it claims gives one of its beginning, and is doubted', async t => {
  const { path, order, temp } = await mediaMachine(t, 'cut.mkv', [
    ...['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=10:duration=60', ...small, '-g', '10'],
  ])
  await truncate(path, 60_000)
  const { doubts, warnings } = await runJob('thumbnail', order({}))
  assert.deepEqual([doubts[0]?.kind, doubts[0]?.severity], ['cut_off', 'doubt'])
  assert.match(warnings[0] ?? '', /no picture at 6\.0 s, .* the source may be cut off/)
  assert.ok(lookAt(temp, 'cut.jpg').brightness > 40)
  assert.deepEqual((await runJob('thumbnail', order({}, { RELAYQ_VERIFY: 'off' }))).doubts, [])
  await fails(order({}, { RELAYQ_VERIFY: 'fail' }), 'doubtful_result', 'thumbnail')
})

test('a stream of television, which can be entered only where it may not be decoded, is shown all the same', async t => {
  const { order, temp } = await mediaMachine(t, 'one key picture.ts', ['-i', film, '-c', 'copy'])
  for (const at of ['', '2']) {
    const { warnings } = await runJob('thumbnail', order({ at, width: '160' }))
    assert.deepEqual(warnings, [])
    assert.equal(lookAt(temp, 'one key picture.jpg').width, 160)
  }
  await fails(order({ at: '9' }), 'invalid_input', 'thumbnail')
})

test('inputs that are none of the words end with exit code 2', async t => {
  const { order } = await mediaMachine(t, 'a.png', image)
  for (const wrong of [{ format: 'gif' }, { width: '5000' }, { width: '-1' }, { at: 'noon' }, { at: '1:99' }])
    await fails(order(wrong), 'invalid_input', 'thumbnail')
})

test('junk, scripts that name other files, pictures too large and drawings are refused', async t => {
  const { path, order, temp } = await mediaMachine(t, 'a.png', image)
  await fails(order({}, { RELAYQ_MAX_SIZE_MB: '0.001' }), 'too_large', 'thumbnail')
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg"><image href="file://${path}"/></svg>`
  const texts = [Buffer.alloc(5000, 'not a picture '), 'ffconcat version 1.0\nfile /etc/passwd\n', drawing]
  for (const text of [...texts, (await readFile(path)).subarray(0, 20)]) {
    await writeFile(path, text)
    await fails(order({}), 'bad_media', 'thumbnail')
    assert.deepEqual(await readdir(join(temp, 'relayq-result')), ['result.json'])
  }
  const large = await mediaMachine(t, 'large.png', [
    ...['-f', 'lavfi', '-i', 'color=red:s=8000x5000', '-frames:v', '1', '-pix_fmt', 'monob'],
  ])
  assert.match((await fails(large.order({}), 'too_large', 'thumbnail')).message, /8000 x 5000 points/)
})

test('an ffmpeg without the encoder says so before the download', async t => {
  const bench = await mediaMachine(t, 'a.png', image)
  await bench.replaceFfmpeg(theRealOne, / libwebp/)
  const order = bench.order({ format: 'webp' })
  const missing = await fails(order, 'tool_missing', 'thumbnail')
  assert.match(missing.message, /cannot make webp: it has no libwebp\./)
  assert.ok(!bench.lines.some(line => line.includes('copied')))
})

test('what ffprobe cannot read, is of another form or too wide is no result', async t => {
  const bench = await mediaMachine(t, 'a.png', image)
  const order = bench.order({ width: '320' }, { PATH: `${bench.env.PATH}:/usr/bin:/bin` })
  const spoilt = [
    [`echo nothing >"\${last#file:}"`, /of no use: it cannot be read/],
    [`cp ${bench.path} "\${last#file:}"`, /of no use: it is png, not mjpeg/],
    [
      `exec ${tools.ffmpeg} -v error -y -i ${bench.path} -c:v mjpeg -f image2pipe "$last"`,
      /800 points wide, more than 320/,
    ],
  ] as const
  for (const [how, message] of spoilt) {
    await bench.replaceFfmpeg(`for last; do :; done\n${how}`)
    assert.match((await fails(order, 'engine_failed', 'thumbnail')).message, message)
    assert.deepEqual(await readdir(join(bench.temp, 'relayq-result')), ['result.json'])
  }
})

test('a cancelled job ends ffmpeg and leaves nothing', async t => {
  const bench = await mediaMachine(t, 'a.png', image)
  const marker = { name: 'RELAYQ_TEST_MARKER', value: randomId() }
  const begun = join(bench.temp, 'begun')
  execFileSync('mkfifo', [begun])
  await bench.replaceFfmpeg(`echo >${begun}\nexec /bin/sleep 60`)
  const stop = new AbortController()
  const order = { ...bench.order({}, { [marker.name]: marker.value }), signal: stop.signal }
  const failing = fails(order, 'cancelled', 'thumbnail')
  await readFile(begun)
  stop.abort()
  assert.equal((await failing).exitCode, 3)
  assert.deepEqual(await listMarked(marker), [])
  assert.deepEqual(await readdir(join(bench.temp, 'relayq-result')), ['result.json'])
})
