import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { eachOf } from '../base/each-of.ts'
import { cutWav } from '../media/cut.ts'
import type { Recognition, SpeechAudio, SpeechBackend, SpeechRequest, SpeechWatch } from './backend.ts'
import type { Checkpoints } from './checkpoints.ts'
import { inRecordingTime, mergeChunks } from './merge.ts'
import type { Chunk } from './split.ts'

export interface HearingPlan {
  readonly chunks: readonly Chunk[]
  /** How many chunks are heard at once. */
  readonly width: number
  readonly checkpoints: Checkpoints
}

/** Hears a recording chunk by chunk; throws what the engine throws, of the chunk that failed first. */
export async function hear(
  audio: SpeechAudio,
  { engine, request }: { readonly engine: SpeechBackend; readonly request: SpeechRequest },
  { chunks, width, checkpoints }: HearingPlan,
  watch: SpeechWatch,
): Promise<Recognition> {
  const [only, ...others] = chunks
  const isWhole = only !== undefined && others.length === 0 && only.padding === 0
  if (isWhole) return await engine.transcribe(audio, request, watch)
  const progress = overallProgress(watch.onProgress)
  const failure = new AbortController()
  const signal = AbortSignal.any([watch.signal, failure.signal])
  const heard: { readonly chunk: Chunk; readonly recognition: Recognition }[] = []
  const source = await open(audio.path)
  try {
    await eachOf(chunks, width, async chunk => {
      const known = await checkpoints.load(chunk)
      const asked = { ...request, language: request.language ?? spokenLanguage(heard) }
      const chunkWatch = { ...watch, signal, onProgress: (done: number) => progress(chunk, done) }
      const recognition =
        known ??
        (await hearChunk(source, chunk, engine, asked, chunkWatch).catch(thrown => {
          failure.abort(thrown)
          throw thrown
        }))
      // In this form alone it is kept: of many hours the words are most of the memory there is.
      heard.push({
        chunk,
        recognition: { ...recognition, segments: inRecordingTime(recognition.segments, chunk) },
      })
      progress(chunk, Number.POSITIVE_INFINITY)
      if (known === null) await checkpoints.save(chunk, recognition)
    })
  } catch (thrown) {
    // The others were ended because of the first one that failed, unless someone ended them all.
    watch.signal.throwIfAborted()
    throw failure.signal.aborted ? failure.signal.reason : thrown
  } finally {
    await source.close()
  }
  return combine(heard)
}

/** Hears one part of a recording; nothing of it is left on disk. */
export async function hearChunk(
  source: FileHandle,
  chunk: Chunk,
  engine: SpeechBackend,
  request: SpeechRequest,
  watch: SpeechWatch,
): Promise<Recognition> {
  watch.signal.throwIfAborted()
  const workFolder = join(watch.workFolder, `chunk-${chunk.index}`)
  await mkdir(workFolder)
  try {
    const path = join(workFolder, 'audio.wav')
    const { heardFrom: from, heardTo: to, padding } = chunk
    const durationSeconds = await cutWav(source, path, { from, to, padding })
    return await engine.transcribe({ path, durationSeconds }, request, { ...watch, workFolder })
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
}

/** Each chunk tells how far it is in its own time; the sum never falls. */
function overallProgress(tell: (doneSeconds: number) => void) {
  const done = new Map<number, number>()
  return (chunk: Chunk, seconds: number) => {
    const ofCore = seconds - chunk.padding - (chunk.start - chunk.heardFrom)
    const most = Math.min(chunk.end - chunk.start, Math.max(ofCore, done.get(chunk.index) ?? 0))
    done.set(chunk.index, most)
    tell([...done.values()].reduce((sum, part) => sum + part, 0))
  }
}

/** So much speech is enough to know its language by; what is spoken in between is then taken for the same. */
const knownAfterSeconds = 10

function spokenLanguage(heard: readonly { readonly recognition: Recognition }[]): string | null {
  const known = heard.find(({ recognition }) => {
    const spoken = recognition.segments.reduce((sum, { start, end }) => sum + end - start, 0)
    return spoken >= knownAfterSeconds
  })
  return known ? knownLanguage(known.recognition.language) : null
}

/** null for `und`: no engine may be asked for it. */
export function knownLanguage(language: string): string | null {
  return language === 'und' ? null : language
}

function coarsest(all: readonly Recognition[]): Recognition['timing'] {
  const present = all.map(({ timing }) => timing)
  return (['chunk', 'segment', 'word'] as const).find(timing => present.includes(timing)) ?? 'word'
}

function combine(
  heard: readonly { readonly chunk: Chunk; readonly recognition: Recognition }[],
): Recognition {
  const inOrder = heard.toSorted((a, b) => a.chunk.index - b.chunk.index)
  const all = inOrder.map(({ recognition }) => recognition)
  const first = all[0]
  return {
    language: spokenLanguage(inOrder) ?? first?.language ?? 'en',
    model: first?.model ?? null,
    version: first?.version ?? null,
    timing: coarsest(all),
    segments: mergeChunks(inOrder.map(({ chunk, recognition }) => ({ chunk, ...recognition }))),
    warnings: [...new Set(all.flatMap(({ warnings }) => warnings))],
  }
}
