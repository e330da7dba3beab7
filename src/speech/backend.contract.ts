import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { randomId } from '../base/id.ts'
import { listMarked } from '../base/process-tree.ts'
import { findMediaTools } from '../media/ffmpeg.ts'
import { normalise } from '../media/normalise.ts'
import { probe } from '../media/probe.ts'
import { bytesPerSecond, wavHeader } from '../media/wav.ts'
import type { SpeechAudio, SpeechBackend, SpeechRequest } from './backend.ts'
import { tidySegments } from './transcript.ts'

export interface BackendUnderTest {
  readonly make: (env: NodeJS.ProcessEnv) => SpeechBackend
  /** The same where its program is not installed. */
  readonly makeAbsent: () => SpeechBackend
  readonly request: SpeechRequest
  /** One that is still at work long after its first progress. */
  readonly slowRequest: SpeechRequest
  /** One that this backend cannot do. */
  readonly impossible: SpeechRequest
  /** Must occur in what it hears in examples/audio/market.mp3. */
  readonly expected: string
}

/** What every implementation of SpeechBackend promises. */
export function speechBackendContract(name: string, subject: BackendUnderTest): void {
  describe(`${name} as a speech backend`, () => {
    test('hears a recording, and says how far it is', async t => {
      const { audio, workFolder } = await prepare(t, 'market')
      const backend = subject.make(process.env)
      const availability = await backend.check(subject.request)
      assert.equal(availability.kind, 'ready')
      const done: number[] = []
      const watch = { signal: idle(), workFolder, onProgress: (seconds: number) => done.push(seconds) }
      const heard = await backend.transcribe(audio, subject.request, watch)

      assert.match(heard.segments.map(({ text }) => text).join(' '), new RegExp(subject.expected, 'i'))
      assert.ok(done.length > 0)
      assert.deepEqual(
        done,
        done.toSorted((a, b) => a - b),
      )
      assert.ok(done.every(seconds => seconds >= 0 && seconds <= audio.durationSeconds))
      const tidy = tidySegments(heard.segments, audio.durationSeconds)
      assert.deepEqual(
        tidy.map(({ start, end }) => [start, end]),
        heard.segments.map(({ start, end }) => [start, end]),
      )
      assert.match(heard.language, /^[a-z]{2}$/)
    })

    test('hears nothing in silence, without failing', async t => {
      const { workFolder } = await prepare(t, null)
      const audio = await silence(workFolder)
      const watch = { signal: idle(), workFolder, onProgress: () => {} }
      const heard = await subject.make(process.env).transcribe(audio, subject.request, watch)
      assert.deepEqual(heard.segments, [])
    })

    test('ends its program when the job is cancelled', async t => {
      const { audio, workFolder } = await prepare(t, 'meeting')
      const marker = { name: 'RELAYQ_TEST_MARKER', value: randomId() }
      const backend = subject.make({ ...process.env, [marker.name]: marker.value })
      const controller = new AbortController()
      const watch = { signal: controller.signal, workFolder, onProgress: () => controller.abort() }
      await assert.rejects(backend.transcribe(audio, subject.slowRequest, watch), { name: 'AbortError' })
      assert.deepEqual(await listMarked(marker), [])
    })

    test('fails when the recording is gone', async t => {
      const { workFolder } = await prepare(t, null)
      const audio = { path: join(workFolder, 'absent.wav'), durationSeconds: 1 }
      const watch = { signal: idle(), workFolder, onProgress: () => {} }
      await assert.rejects(subject.make(process.env).transcribe(audio, subject.request, watch))
    })

    test('says why it cannot do a request, and what would help', async () => {
      const availability = await subject.make(process.env).check(subject.impossible)
      assert.ok(availability.kind === 'unavailable')
      assert.ok(availability.reason !== '' && availability.hint !== '')
    })

    test('says how to install it where it is missing', async () => {
      const availability = await subject.makeAbsent().check(subject.request)
      assert.ok(availability.kind === 'unavailable' && availability.code === 'engine_missing')
      assert.match(availability.reason, /not installed/)
      assert.match(availability.hint, /install/i)
    })
  })
}

/** A work folder, and a recording of examples/audio normalised into it. */
async function prepare(
  t: TestContext,
  recording: string | null,
): Promise<{ audio: SpeechAudio; workFolder: string }> {
  const workFolder = await mkdtemp(join(tmpdir(), 'relayq-speech-'))
  t.after(() => rm(workFolder, { recursive: true }))
  if (recording === null) return { audio: { path: '', durationSeconds: 0 }, workFolder }
  const path = fileURLToPath(new URL(`../../examples/audio/${recording}.mp3`, import.meta.url))
  const tools = await findMediaTools(process.env, [])
  const facts = await probe(path, tools, idle())
  const watch = { signal: idle(), onProgress: () => {} }
  return { audio: await normalise({ path, facts }, join(workFolder, 'audio.wav'), tools, watch), workFolder }
}

async function silence(folder: string): Promise<SpeechAudio> {
  const samples = Buffer.alloc(2 * bytesPerSecond)
  const path = join(folder, 'silence.wav')
  await writeFile(path, Buffer.concat([wavHeader(samples.length), samples]))
  return { path, durationSeconds: 2 }
}

function idle(): AbortSignal {
  return new AbortController().signal
}
