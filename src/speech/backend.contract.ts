import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { randomId } from '../base/id.ts'
import { listMarked } from '../base/process-tree.ts'
import { findMediaTools } from '../media/ffmpeg.ts'
import { normalise } from '../media/normalise.ts'
import { probe } from '../media/probe.ts'
import { bytesPerSecond, headerBytes, wavHeader } from '../media/wav.ts'
import type { SpeechAudio, SpeechBackend, SpeechRequest } from './backend.ts'
import { tidySegments } from './transcript.ts'

export interface BackendUnderTest {
  readonly make: (env: NodeJS.ProcessEnv) => SpeechBackend
  /** The same where its program is not installed, or its key not set. */
  readonly makeAbsent: () => SpeechBackend
  readonly request: SpeechRequest
  /** One that is still at work long after its first progress. */
  readonly slowRequest: SpeechRequest
  /** One that this backend cannot do. */
  readonly impossible: SpeechRequest
  /** Must occur in what it hears in the first seconds of examples/audio/meeting.mp3. */
  readonly expected: string
  /** What it says where it is absent; that it is not installed, when left out. */
  readonly absence?: { readonly reason: RegExp; readonly hint: RegExp }
}

/** What every implementation of SpeechBackend promises. */
export function speechBackendContract(name: string, subject: BackendUnderTest): void {
  describe(`${name} as a speech backend`, () => {
    let folder = ''
    let long: SpeechAudio
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'relayq-speech-'))
      long = await normaliseExample('meeting', folder)
    })
    after(() => rm(folder, { recursive: true }))

    test('names its models where it is installed', async () => {
      const models = (await subject.make(process.env).listModels()) ?? []
      assert.ok(models.length > 0 && models.every(model => model !== ''))
      assert.equal(await subject.makeAbsent().listModels(), null)
    })

    test('hears a recording, and says how far it is', async t => {
      const workFolder = await makeWorkFolder(t)
      const audio = await beginningOf(long, 4)
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
      const workFolder = await makeWorkFolder(t)
      const audio = await silence(workFolder)
      const watch = { signal: idle(), workFolder, onProgress: () => {} }
      const heard = await subject.make(process.env).transcribe(audio, subject.request, watch)
      assert.deepEqual(heard.segments, [])
    })

    test('ends its program when the job is cancelled', async t => {
      const workFolder = await makeWorkFolder(t)
      const marker = { name: 'RELAYQ_TEST_MARKER', value: randomId() }
      const backend = subject.make({ ...process.env, [marker.name]: marker.value })
      const controller = new AbortController()
      const watch = { signal: controller.signal, workFolder, onProgress: () => controller.abort() }
      await assert.rejects(backend.transcribe(long, subject.slowRequest, watch), { name: 'AbortError' })
      assert.deepEqual(await listMarked(marker), [])
    })

    test('fails when the recording is gone', async t => {
      const workFolder = await makeWorkFolder(t)
      const audio = { path: join(workFolder, 'absent.wav'), durationSeconds: 1 }
      const watch = { signal: idle(), workFolder, onProgress: () => {} }
      await assert.rejects(subject.make(process.env).transcribe(audio, subject.request, watch))
    })

    test('says why it cannot do a request, and what would help', async () => {
      const availability = await subject.make(process.env).check(subject.impossible)
      assert.ok(availability.kind === 'unavailable')
      assert.ok(availability.reason !== '' && availability.hint !== '')
    })

    test('says how to get it where it is missing', async () => {
      const availability = await subject.makeAbsent().check(subject.request)
      assert.ok(availability.kind === 'unavailable' && availability.code === 'engine_missing')
      const { reason, hint } = subject.absence ?? { reason: /not installed/, hint: /install/i }
      assert.match(availability.reason, reason)
      assert.match(availability.hint, hint)
    })
  })
}

async function makeWorkFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-speech-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

async function normaliseExample(name: string, folder: string): Promise<SpeechAudio> {
  const path = fileURLToPath(new URL(`../../examples/audio/${name}.mp3`, import.meta.url))
  const tools = await findMediaTools(process.env, [])
  const facts = await probe(path, tools, idle())
  const watch = { signal: idle(), onProgress: () => {} }
  return await normalise({ path, facts }, join(folder, `${name}.wav`), tools, watch)
}

/** The first seconds of a recording: a real engine takes its time for more. */
async function beginningOf(audio: SpeechAudio, seconds: number): Promise<SpeechAudio> {
  const samples = (await readFile(audio.path)).subarray(headerBytes, headerBytes + seconds * bytesPerSecond)
  const path = `${audio.path}.beginning.wav`
  await writeFile(path, Buffer.concat([wavHeader(samples.length), samples]))
  return { path, durationSeconds: seconds }
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
