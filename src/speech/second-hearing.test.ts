import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { randomFrom } from '../../test/support/random.ts'
import { RelayError } from '../base/errors.ts'
import { bytesPerSecond, wavHeader } from '../media/wav.ts'
import type { Finding } from '../model/finding.ts'
import type { SpeechBackend, SpeechRequest } from './backend.ts'
import { doubtfulSpans, hearDoubtsAgain, type Listener } from './second-hearing.ts'
import { finding, type Heard, verifyTranscript } from './verify.ts'

const duration = 120

async function place(t: TestContext, signal = new AbortController().signal) {
  const workFolder = await mkdtemp(join(tmpdir(), 'relayq-again-'))
  t.after(() => rm(workFolder, { recursive: true }))
  const path = join(workFolder, 'audio.wav')
  const bytes = duration * bytesPerSecond
  await writeFile(path, Buffer.concat([wavHeader(bytes), Buffer.alloc(bytes, 1)]))
  const watch = { signal, workFolder, onProgress: () => assert.fail('progress is at its end by now') }
  return { audio: { path, durationSeconds: duration }, watch, workFolder }
}

/** Words nobody has said before, the same every time. */
function babble(seed: number, count: number): string {
  const random = randomFrom(seed)
  return Array.from({ length: count }, () => random().toString(36).slice(2, 8)).join(' ')
}

/** Two minutes of talk of which 40 to 70 s came out as a loop. */
function loopingTalk(from = 8, to = 14): Heard {
  const segments = Array.from({ length: 24 }, (_, index) => ({
    start: index * 5 + 0.2,
    end: index * 5 + 4.6,
    text: index >= from && index < to ? 'thank you for watching' : babble(index, 10),
  }))
  return {
    ...{ durationSeconds: duration, claimedSeconds: null, language: 'en', askedLanguage: null, segments },
    silences: segments.map(({ end }) => ({ start: end, end: end + 0.6 })),
  }
}

function listener(hear: (seconds: number) => string, request: Partial<SpeechRequest> = {}) {
  const asked: [number, SpeechRequest][] = []
  const engine: SpeechBackend = {
    name: 'second',
    listModels: async () => null,
    check: async () => ({ kind: 'ready', model: null, version: null }),
    transcribe: async ({ durationSeconds }, given) => {
      asked.push([Math.round(durationSeconds * 10) / 10, given])
      const text = hear(durationSeconds)
      const segments = text === '' ? [] : [{ start: 0.5, end: durationSeconds - 0.5, text }]
      return { language: 'en', model: null, version: null, timing: 'segment', segments, warnings: [] }
    },
  }
  const made: Listener = { engine, request: { model: null, language: 'en', ...request } }
  return { ...made, asked }
}

const mended = babble(99, 60)

function textBetween(segments: Heard['segments'], from: number, to: number): string {
  return segments
    .filter(({ start }) => start >= from && start < to)
    .map(({ text }) => text)
    .join(' ')
}

test('a span that came out as a loop is heard again from silence to silence, and the better hearing is taken', async t => {
  const { audio, watch, workFolder } = await place(t)
  const heard = loopingTalk()
  const again = listener(() => mended, { again: true })
  const next = listener(() => assert.fail('one that helped is enough'))
  const { segments, findings } = await hearDoubtsAgain(audio, heard, [again, next], watch)
  assert.deepEqual(again.asked, [[30.6, { model: null, language: 'en', again: true }]])
  assert.deepEqual(findings, [])
  assert.equal(textBetween(segments, 39, 70), mended)
  assert.equal(textBetween(segments, 0, 39), textBetween(heard.segments, 0, 39))
  assert.equal(textBetween(segments, 70, 120), textBetween(heard.segments, 70, 120))
  assert.deepEqual(await readdir(workFolder), ['audio.wav'])
})

test('where the first second hearing does not help, the next engine has its turn; each is asked once', async t => {
  const { audio, watch } = await place(t)
  const again = listener(() => 'thank you for watching '.repeat(20))
  const next = listener(() => mended)
  const { segments } = await hearDoubtsAgain(audio, loopingTalk(), [again, next], watch)
  assert.equal(textBetween(segments, 39, 70), mended)
  assert.deepEqual([again.asked.length, next.asked.length], [1, 1])
})

test('a second hearing that fails or hears nothing leaves the first one, and its doubt', async t => {
  const { audio, watch } = await place(t)
  const heard = loopingTalk()
  const failing = listener(() => {
    throw new RelayError('engine_failed', 'It crashed.')
  })
  const { segments, findings } = await hearDoubtsAgain(audio, heard, [failing, listener(() => '')], watch)
  assert.deepEqual(segments, heard.segments)
  assert.deepEqual(
    findings.map(({ kind, severity }) => [kind, severity]),
    [['loop', 'doubt']],
  )
})

test('words are never exchanged for nothing, also where so short a silence would be no doubt', async t => {
  const { audio, watch } = await place(t)
  const heard = loopingTalk(8, 12)
  const failing = listener(() => {
    throw new RelayError('engine_failed', 'It crashed.')
  })
  for (const listeners of [[failing], [listener(() => '')], [failing, listener(() => ' ')]]) {
    const { segments, findings } = await hearDoubtsAgain(audio, heard, listeners, watch)
    assert.deepEqual(segments, heard.segments)
    assert.deepEqual(
      findings.map(({ kind, severity }) => [kind, severity]),
      [['loop', 'doubt']],
    )
  }
})

test('a span ends at no silence within a segment whose words have no times, for it cannot be cut there', () => {
  const heard = {
    ...loopingTalk(),
    segments: [
      { start: 10, end: 40, text: babble(1, 70) },
      { start: 40, end: 70, text: 'thank you for watching '.repeat(12) },
      { start: 70, end: 100, text: babble(2, 70) },
    ],
    silences: [
      { start: 35, end: 35.4 },
      { start: 75, end: 75.4 },
    ],
  }
  const loop = finding('loop', { start: 40, end: 70 }, 'doubt', 'm')
  assert.deepEqual(doubtfulSpans([loop], heard), [{ start: 40, end: 70 }])
  const timed = heard.segments.map(segment => ({ ...segment, words: [segment] }))
  assert.deepEqual(doubtfulSpans([loop], { ...heard, segments: timed }), [{ start: 35.2, end: 75.2 }])
})

test('whoever waits is told how much is heard again, before it is', async t => {
  const { audio, watch } = await place(t)
  const told: unknown[] = []
  const onDoubts = (spans: unknown) => told.push(spans)
  await hearDoubtsAgain(audio, loopingTalk(), [listener(() => mended)], { ...watch, onDoubts })
  assert.equal(told.length, 1)
  await hearDoubtsAgain(audio, loopingTalk(), [], { ...watch, onDoubts })
  await hearDoubtsAgain(audio, loopingTalk(0, 0), [listener(() => mended)], { ...watch, onDoubts })
  assert.equal(told.length, 1)
})

test('what lies far from a doubtful span is not looked over again for each of them', async t => {
  const { audio, watch } = await place(t)
  let reads = 0
  const talk = loopingTalk(16, 20)
  const shown = babble(500, 10)
  const counted = {
    ...{ start: 0.2, end: 4.6 },
    get text() {
      reads += 1
      return shown
    },
  }
  // Later, the whole again: the same minutes at the end of an hour in which there is nothing else to hear.
  const far = 3600 - duration
  const late = talk.segments.map(({ text, ...span }) => ({
    start: span.start + far,
    end: span.end + far,
    text,
  }))
  const heard = {
    ...talk,
    durationSeconds: 3600,
    segments: [counted, ...late],
    silences: [{ start: 4.6, end: far }],
  }
  const vain = [
    listener(() => ''),
    listener(() => 'thank you for watching '.repeat(9)),
    listener(() => mended),
  ]
  verifyTranscript(heard)
  const readsOfAll = reads
  await hearDoubtsAgain({ ...audio, durationSeconds: 3600 }, heard, vain, watch)
  // Once before all of them, and once after.
  assert.deepEqual([vain.map(({ asked }) => asked.length), reads - readsOfAll], [[1, 1, 1], 2 * readsOfAll])
})

test('a cancelled job is not mistaken for a second hearing that failed', async t => {
  const { audio, watch } = await place(t, AbortSignal.abort())
  await assert.rejects(hearDoubtsAgain(audio, loopingTalk(), [listener(() => mended)], watch), {
    name: 'AbortError',
  })
})

test('what two hearings found empty is news and no doubt, unless it is much of the recording', async t => {
  const { audio, watch } = await place(t)
  const talk = loopingTalk()
  const without = (from: number, to: number) => ({
    ...talk,
    segments: talk.segments
      .map((segment, index) => ({ ...segment, text: babble(index, 10) }))
      .filter(({ start }) => start < from || start >= to),
  })
  const severities = async (heard: Heard, listeners: readonly Listener[]) => {
    const { findings } = await hearDoubtsAgain(audio, heard, listeners, watch)
    return findings.map(({ kind, severity }) => [kind, severity])
  }
  const nothing = listener(() => '')
  assert.deepEqual(await severities(without(40, 65), [nothing]), [['unheard', 'note']])
  assert.deepEqual(await severities(without(40, 65), []), [['unheard', 'doubt']])
  assert.deepEqual(await severities(without(40, 80), [nothing]), [['unheard', 'doubt']])
})

test('the work of second hearings is bounded: short spans first, none that is longer than five minutes', () => {
  const heard = { ...loopingTalk(), durationSeconds: 3600, segments: [], silences: [] }
  const at = (start: number, end: number): Finding => finding('loop', { start, end }, 'doubt', 'm')
  const spans = doubtfulSpans(
    [at(0, 280), at(300, 700), at(800, 1050), at(1100, 1300), at(1350, 1360)],
    heard,
  )
  assert.deepEqual(
    spans.map(({ start, end }) => [start, end]),
    [
      [800, 1050],
      [1100, 1300],
      [1350, 1360],
    ],
  )
  assert.deepEqual(doubtfulSpans([finding('pace', { start: 0, end: 60 }, 'note', 'm')], heard), [])
})
