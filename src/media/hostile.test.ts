import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findMediaTools, runMediaTool } from './ffmpeg.ts'
import { normalise } from './normalise.ts'
import { probe } from './probe.ts'
import { bytesPerSecond, wavHeader } from './wav.ts'

const recording = fileURLToPath(new URL('../../examples/audio/market.mp3', import.meta.url))
const { signal } = new AbortController()
const tools = await findMediaTools(process.env, [])

async function place(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-hostile-'))
  t.after(() => rm(folder, { recursive: true }))
  const input = join(folder, 'input')
  const ffmpeg = async (...args: string[]) => {
    const made = await runMediaTool(tools.ffmpeg, ['-v', 'error', '-y', ...args], tools, {
      timeoutMs: 60_000,
    })
    assert.equal(made.kind, 'ok')
  }
  const decode = async (path = input) => {
    const facts = await probe(path, tools, signal)
    return normalise({ path, facts }, join(folder, 'audio.wav'), tools, { signal, onProgress: () => {} })
  }
  return { folder, input, ffmpeg, decode }
}

test('a playlist of any kind that names a neighbour or an address opens neither', async t => {
  const { folder, input, decode } = await place(t)
  await symlink(recording, join(folder, 'neighbour.mp3'))
  const scripts = [
    'ffconcat version 1.0\nfile neighbour.mp3\n',
    `ffconcat version 1.0\nfile ${recording}\n`,
    'ffconcat version 1.0\nfile http://127.0.0.1:9/x.mp3\n',
    '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nneighbour.mp3\n#EXT-X-ENDLIST\n',
    `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://${recording}\n#EXT-X-ENDLIST\n`,
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet mimeType="audio/mp4">' +
      '<Representation id="1"><BaseURL>neighbour.mp3</BaseURL></Representation></AdaptationSet></Period></MPD>',
    'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n',
  ]
  for (const script of scripts) {
    await writeFile(input, script)
    await assert.rejects(decode(), { code: 'bad_media' }, script)
  }
  assert.deepEqual((await readdir(folder)).sort(), ['input', 'neighbour.mp3'])
})

test('nothing at all, and a file that ends within its header, are refused', async t => {
  const { input, decode } = await place(t)
  const whole = await readFile(recording)
  for (const bytes of [
    Buffer.alloc(0),
    whole.subarray(0, 40),
    wavHeader(1000).subarray(0, 20),
    wavHeader(0),
  ]) {
    await writeFile(input, bytes)
    await assert.rejects(decode(), { code: 'bad_media' })
  }
})

test('a header that claims a thousand hours is worth the seconds that are there', async t => {
  const { input, decode } = await place(t)
  const header = wavHeader(1)
  header.writeUInt32LE(0xff_ff_ff_00, 4)
  header.writeUInt32LE(0xff_ff_ff_00, 40)
  header.writeUInt32LE(1193, 28)
  await writeFile(input, Buffer.concat([header, Buffer.alloc(3 * bytesPerSecond, 7)]))
  const { durationSeconds } = await decode()
  assert.equal(durationSeconds, 3)
})

test('a hundred channels are mixed to one, or refused', async t => {
  const { input, decode } = await place(t)
  const header = wavHeader(100 * bytesPerSecond)
  header.writeUInt16LE(100, 22)
  header.writeUInt32LE(100 * bytesPerSecond, 28)
  header.writeUInt16LE(200, 32)
  await writeFile(input, Buffer.concat([header, Buffer.alloc(100 * bytesPerSecond, 7)]))
  const outcome = await decode().then(
    ({ durationSeconds }) => durationSeconds,
    thrown => thrown.code,
  )
  assert.ok(outcome === 1 || outcome === 'bad_media', String(outcome))
})

test('a cover of forty megapixels is neither decoded nor in the way', async t => {
  const { folder, ffmpeg, decode } = await place(t)
  const cover = join(folder, 'cover.png')
  const covered = join(folder, 'covered.mp3')
  await ffmpeg('-f', 'lavfi', '-i', 'color=red:s=8000x5000', '-frames:v', '1', cover)
  const maps = ['-map', '0:a', '-map', '1:v', '-c', 'copy', '-disposition:v', 'attached_pic']
  await ffmpeg('-i', recording, '-i', cover, ...maps, covered)
  const { durationSeconds } = await decode(covered)
  assert.ok(durationSeconds > 15)
})

test('a name with newlines, quotes and a protocol in it is only a name', async t => {
  const { folder, decode } = await place(t)
  const name = join(folder, `-i concat:a|b'"\n%d$(touch x).mp3`)
  await writeFile(name, await readFile(recording))
  const { durationSeconds } = await decode(name)
  assert.ok(durationSeconds > 15)
})

test('a small file of endless sound is cut off at a day, and refused', async t => {
  const { folder } = await place(t)
  const fake = join(folder, 'ffmpeg')
  // Leaves what ffmpeg would when it is stopped at its limit: a day of samples, of which none is on the disk.
  const script = `#!/bin/sh
for last; do :; done
case " $* " in *" -t 86400 "*) truncate -s $((44 + 86400 * ${bytesPerSecond})) "\${last#file:}" ;; esac
`
  await writeFile(fake, script, { mode: 0o755 })
  const facts = { durationSeconds: null, format: 'ogg', codec: 'opus', channels: 1 }
  const decoding = normalise(
    { path: recording, facts },
    join(folder, 'audio.wav'),
    { ...tools, ffmpeg: fake },
    { signal, onProgress: () => {} },
  )
  await assert.rejects(decoding, { code: 'too_large', message: /longer than 24 hours/ })
})

test('a disk that is full is not the fault of the recording', async t => {
  const { folder } = await place(t)
  const fake = join(folder, 'ffmpeg')
  const script = '#!/bin/sh\necho "av_interleaved_write_frame(): No space left on device" >&2\nexit 1\n'
  await writeFile(fake, script, { mode: 0o755 })
  await assert.rejects(runMediaTool(fake, [], tools, { timeoutMs: 10_000 }), { code: 'disk_full' })
})
