import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/support/git-repository.ts'
import { findMediaTools } from './ffmpeg.ts'
import { probePicture, probeStreams, readPicture } from './probe.ts'

const tools = await findMediaTools(process.env, [])
const { signal } = new AbortController()

const film = '{"codec_type":"video","index":0,"codec_name":"h264","width":640,"height":480,"duration":"5.0"}'
const cover =
  '{"codec_type":"video","index":1,"codec_name":"png","width":64,"height":64,"disposition":{"attached_pic":1}}'
const report = (format: string, ...streams: readonly string[]) =>
  `{"format":{"format_name":"${format}","duration":"7.5"},"streams":[${streams.join(',')}]}`

test('a picture is had of a film before its cover, of a cover, and of an image', () => {
  const kinds = [
    [report('matroska,webm', cover, film), 'film', 'h264', 5],
    [report('mp3', '{"codec_type":"audio"}', cover), 'cover', 'png', null],
    [report('jpeg_pipe', film), 'image', 'h264', null],
    [report('avi', film.replace(',"duration":"5.0"', '')), 'film', 'h264', 7.5],
  ] as const
  for (const [stdout, kind, codec, seconds] of kinds) {
    const found = readPicture(stdout)
    assert.deepEqual([found?.kind, found?.stream.codec, found?.durationSeconds], [kind, codec, seconds])
  }
})

test('what ffprobe prints of a file without a picture is read as none', () => {
  for (const stdout of ['', '[]', '{}', '{"streams":{}}', report('mp3', '{"codec_type":"audio"}')])
    assert.equal(readPicture(stdout), null)
})

test('an image is a picture, and nothing to a kind that asks for audio or video', async t => {
  const path = join(temporaryFolder(t), 'input')
  const image = [
    '-f',
    'lavfi',
    '-i',
    'color=red:size=64x48',
    '-frames:v',
    '1',
    '-f',
    'image2pipe',
    '-c:v',
    'png',
  ]
  execFileSync(tools.ffmpeg, ['-v', 'error', ...image, path])
  const { kind, stream } = await probePicture(path, tools, signal)
  assert.deepEqual([kind, stream.width, stream.height], ['image', 64, 48])
  await assert.rejects(probeStreams(path, tools, signal), { code: 'bad_media' })
})
