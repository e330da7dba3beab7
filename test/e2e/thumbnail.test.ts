import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { lookAtPicture, tools } from '../support/media-machine.ts'
import { makeDesk } from '../support/relayq-process.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'

test('a film goes to another machine, and a picture of it comes back that is no wider than was asked', {
  timeout: 120_000,
}, async t => {
  const desk = makeDesk(t, shippedWorkflows)
  const film = join(desk.checkout, 'a film.mkv')
  const bars = ['-f', 'lavfi', '-i', 'testsrc=size=640x480:rate=10:duration=3']
  execFileSync(tools.ffmpeg, ['-v', 'error', ...bars, '-c:v', 'libx264', '-preset', 'ultrafast', film])
  const up = await desk.relayq(['up', '--detach', '--runner', 'box=audio'])
  assert.equal(up.code, 0, up.stderr)

  const words = ['submit', 'thumbnail', './a film.mkv', 'at=0:02', 'width=320', 'format=png', '--wait']
  const taken = await desk.relayq(words)
  assert.equal(taken.code, 0, taken.stderr)
  const id = taken.stdout.trim()
  const saved = await desk.relayq(['result', id, '-o', '.'])
  assert.match(saved.stderr, /written to .*a film\.png$/m)
  const { codec, width, height, brightness } = lookAtPicture(join(desk.checkout, 'a film.png'))
  assert.deepEqual([codec, width, height], ['png', 320, 240])
  assert.ok(brightness > 40, 'the bars are not black')

  await t.test('what was made can be the source of the next job', async () => {
    const next = await desk.relayq(['submit', 'thumbnail', `result=${id}`, 'width=160', '--wait'])
    assert.equal(next.code, 0, next.stderr)
    assert.equal((await desk.relayq(['result', next.stdout.trim(), '-o', 'small.jpg'])).code, 0)
    const { codec, width } = lookAtPicture(join(desk.checkout, 'small.jpg'))
    assert.deepEqual([codec, width], ['mjpeg', 160])
  })
  await t.test('what no machine should be asked is refused before a job is made of it', async () => {
    const refused = await desk.relayq(['submit', 'thumbnail', './a film.mkv', 'at=noon'])
    assert.deepEqual([refused.code, refused.stdout], [2, ''])
    assert.match(refused.stderr, /at cannot be "noon"\.\n {2}It is a moment in seconds/)
  })
})
