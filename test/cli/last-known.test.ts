import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fakeDesktop } from '../support/fake-desktop.ts'
import { makeDesk } from '../support/relayq-process.ts'
import { rememberJob } from '../support/remembered-job.ts'

test('Without any broker one sees what was done: list, view and result answer from this machine', async t => {
  const desk = makeDesk(t)
  assert.equal((await desk.relayq(['list'])).code, 4)
  rememberJob(desk, 'jdone', { files: { txt: 'good morning\n' } })
  rememberJob(desk, 'jopen', { files: null })
  const unreachable = { RELAYQ_API_URL: 'http://127.0.0.1:1', RELAYQ_TOKEN: 't', GH_REPO: 'a/b' }
  const listed = await desk.relayq(['list', '--json', 'id,state'])
  assert.deepEqual(JSON.parse(listed.stdout), [
    { id: 'jopen', state: 'queued' },
    { id: 'jdone', state: 'succeeded' },
  ])
  const local = await desk.relayq(['list', '--local', '--json', 'id'], unreachable)
  assert.deepEqual([JSON.parse(local.stdout), local.stderr], [[{ id: 'jopen' }, { id: 'jdone' }], ''])
  for (const [words, shown] of [
    [['view', 'jdone'], /jdone {2}transcribe {2}succeeded/],
    [['view', 'jopen.1'], /jopen {2}transcribe {2}queued/],
    [['result', 'jdone'], /^good morning\n$/],
  ] as const) {
    const ended = await desk.relayq(words)
    assert.match(ended.stderr, /shown as last known, since the broker cannot be asked: There is no broker/)
    assert.match(ended.stdout, shown)
    assert.equal(ended.code, 0)
  }
  assert.equal((await desk.relayq(['result', 'jopen'])).code, 4)
  assert.equal((await desk.relayq(['view', 'nosuchjob'])).code, 4)
  assert.equal((await desk.relayq(['view', 'nosuchjob'], unreachable)).code, 1)
})

test('result saves a file others may read, into a folder under its own name, and says where none can be', async t => {
  const desk = makeDesk(t)
  rememberJob(desk, 'jdone', { files: { txt: 'good morning\n' } })
  const saved = async (place: string) => desk.relayq(['result', 'jdone', '-o', place])
  assert.equal((await saved('hello.txt')).code, 0)
  assert.equal(readFileSync(join(desk.checkout, 'hello.txt'), 'utf8'), 'good morning\n')
  assert.equal(statSync(join(desk.checkout, 'hello.txt')).mode & 0o777, 0o644 & ~process.umask())
  mkdirSync(join(desk.checkout, 'texts'))
  assert.match((await saved('texts')).stderr, /written to .*texts\/transcript\.txt$/m)
  assert.match((await saved('texts')).stderr, /transcript\.txt, over the file that was there$/m)
  assert.equal(readFileSync(join(desk.checkout, 'texts/transcript.txt'), 'utf8'), 'good morning\n')
  for (const place of ['nowhere/hello.txt', 'nowhere/', 'hello.txt/x']) {
    const refused = await saved(place)
    assert.equal(refused.code, 2, refused.stderr)
    assert.match(refused.stderr, /No file can be written at .*\n {2}Give -o/)
  }
})

test('result prints the only file there is, and asks which of several where there is no text', async t => {
  const desk = makeDesk(t)
  rememberJob(desk, 'jone', { files: { srt: '1\n' } })
  rememberJob(desk, 'jtwo', { files: { srt: '1\n', vtt: 'WEBVTT\n' } })
  rememberJob(desk, 'jnone', { files: {} })
  assert.equal((await desk.relayq(['result', 'jone'])).stdout, '1\n')
  assert.equal(JSON.parse((await desk.relayq(['result', 'jnone'])).stdout).status, 'succeeded')
  const several = await desk.relayq(['result', 'jtwo'])
  assert.deepEqual([several.code, several.stdout], [2, ''])
  assert.match(several.stderr, /has no txt, but srt and vtt\.\n {2}Choose one with --format srt/)
})

test('result --open hands the saved file to the desktop, and says where it lies when there is none', async t => {
  const desk = makeDesk(t)
  rememberJob(desk, 'jdone', { files: { txt: 'good morning\n' } })
  const desktop = fakeDesktop(desk)
  const open = async (...more: readonly string[]) =>
    desk.relayq(['result', 'jdone', '--open', ...more], desktop.env)
  const missing = await open()
  assert.deepEqual([missing.code, missing.stdout], [75, 'good morning\n'])
  assert.match(
    missing.stderr,
    /there is no (?:xdg-)?open on this machine\.\n {2}It lies at \/.*transcript\.txt$/m,
  )

  desktop.opens()
  assert.equal((await open()).stdout, 'good morning\n')
  assert.equal((await open('-o', 'hello.txt')).code, 0)
  const [kept = '', saved] = desktop.opened()
  assert.equal(readFileSync(kept, 'utf8'), 'good morning\n')
  assert.equal(saved, join(desk.checkout, 'hello.txt'))

  desktop.fails()
  const failed = await open('-o', 'hello.txt')
  assert.equal(failed.code, 75)
  assert.match(failed.stderr, /open ended with 3\.\n {2}It lies at .*hello\.txt/)
})
