import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findPaths } from '../../src/config/paths.ts'
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts'
import type { JobResult } from '../../src/model/result.ts'
import { fakeDesktop } from '../support/fake-desktop.ts'
import { type Desk, makeDesk } from '../support/relayq-process.ts'

const now = '2026-01-01T00:00:00.000Z'

/** A job of a hub that is gone; with files, it is over and its result was fetched. */
function remember(desk: Desk, id: string, files: Readonly<Record<string, string>> | null): void {
  const { state } = findPaths(desk.env)
  const ledger = openLedger(join(state, 'ledger.db'))
  const job = { id, broker: 'http://gone#a/b', kind: 'transcribe', inputs: {}, pin: null, idempotencyKey: id }
  ledger.insertJob({ ...job, priority: 0, now, replace: false })
  const decision = { summary: 'macmini is preferred.', candidates: [] }
  const attempt = { jobId: id, number: 1, workflow: 'x.yml', ref: 'main', runsOn: [], decision, now }
  ledger.prepareAttempt(attempt)
  ledger.moveAttempt({ attemptId: `${id}.1`, to: 'dispatched', now, runId: 1 })
  if (files) rememberResult(ledger, id, join(state, 'results', id), files)
  ledger.close()
}

function rememberResult(
  ledger: Ledger,
  id: string,
  directory: string,
  files: Readonly<Record<string, string>>,
): void {
  const names = Object.fromEntries(Object.keys(files).map(format => [format, `transcript.${format}`]))
  const result: JobResult = {
    ...{ schema: 'relayq.result/1', kind: 'transcribe', relayqId: `${id}.1`, status: 'succeeded' },
    ...{
      error: null,
      files: names,
      warnings: [],
      doubts: [],
      media: null,
      engine: null,
      engines: [],
      costs: [],
      timing: null,
      startedAt: now,
      finishedAt: now,
    },
    runner: { name: 'box', ffmpeg: true, memoryMb: 1, cores: 1 },
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  writeFileSync(join(directory, 'result.json'), JSON.stringify(result), { mode: 0o600 })
  for (const [format, text] of Object.entries(files)) {
    writeFileSync(join(directory, `transcript.${format}`), text, { mode: 0o600 })
  }
  ledger.moveAttempt({ attemptId: `${id}.1`, to: 'succeeded', now })
  ledger.recordResult({ jobId: id, attemptId: `${id}.1`, runId: 1, directory, result, now })
}

test('Without any broker one sees what was done: list, view and result answer from this machine', async t => {
  const desk = makeDesk(t)
  assert.equal((await desk.relayq(['list'])).code, 4)
  remember(desk, 'jdone', { txt: 'good morning\n' })
  remember(desk, 'jopen', null)
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
  remember(desk, 'jdone', { txt: 'good morning\n' })
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
  remember(desk, 'jone', { srt: '1\n' })
  remember(desk, 'jtwo', { srt: '1\n', vtt: 'WEBVTT\n' })
  remember(desk, 'jnone', {})
  assert.equal((await desk.relayq(['result', 'jone'])).stdout, '1\n')
  assert.equal(JSON.parse((await desk.relayq(['result', 'jnone'])).stdout).status, 'succeeded')
  const several = await desk.relayq(['result', 'jtwo'])
  assert.deepEqual([several.code, several.stdout], [2, ''])
  assert.match(several.stderr, /has no txt, but srt and vtt\.\n {2}Choose one with --format srt/)
})

test('result --open hands the saved file to the desktop, and says where it lies when there is none', async t => {
  const desk = makeDesk(t)
  remember(desk, 'jdone', { txt: 'good morning\n' })
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
