import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { RelayError } from '../base/errors.ts'
import { findProgram } from '../base/find-program.ts'
import type {
  Availability,
  Recognition,
  SpeechAudio,
  SpeechBackend,
  SpeechRequest,
  SpeechWatch,
} from './backend.ts'
import { endAfterFrames, originalTime, writeWithPauses } from './pauses.ts'
import { ContinuousReader, readLiveLine, splitAtGaps } from './pocketsphinx-output.ts'
import { runEngine } from './run-engine.ts'
import { roundMs, type Segment } from './transcript.ts'

export interface EngineHost {
  readonly env: NodeJS.ProcessEnv
  /** Searched after PATH. */
  readonly programFolders: readonly string[]
}

const model = 'en-us'

/** Where Debian puts the English model, which 5.x may have to be told; 0.8 has its own path built in. */
const modelFolder = '/usr/share/pocketsphinx/model/en-us'

/**
 * CMU PocketSphinx: small, offline, English only, no punctuation. Debian 11 to 13 have 0.8 (`pocketsphinx_continuous`),
 * later ones 5.x (`pocketsphinx live`); both are spoken to.
 */
export function pocketSphinx(host: EngineHost): SpeechBackend {
  return {
    name: 'pocketsphinx',
    hearsAgain: true,
    listModels: async () => ((await findEngine(host)) === null ? null : [model]),
    check: request => check(host, request),
    // One thread; 107 to 153 MB were measured, the most with utterances of two minutes. A part begins without knowing the voice.
    limits: ({ cores }) => ({ leastSeconds: 240, mostSeconds: 750, parallel: cores, memoryMb: 160 }),
    transcribe: (audio, request, watch) => transcribe(host, audio, request, watch),
  }
}

/** Of 0.8, whose own half second is within the length of a breath; 5.x has no such setting, and the right times. */
const endOfUtterance: readonly string[] = ['-vad_postspeech', String(endAfterFrames)]

interface Engine {
  readonly file: string
  readonly version: '0.8' | '5'
}

async function findEngine(host: EngineHost): Promise<Engine | null> {
  const path = host.env['PATH']
  const continuous = await findProgram(['pocketsphinx_continuous'], path, host.programFolders)
  if (continuous !== null) return { file: continuous, version: '0.8' }
  const five = await findProgram(['pocketsphinx'], path, host.programFolders)
  return five === null ? null : { file: five, version: '5' }
}

async function check(host: EngineHost, request: SpeechRequest): Promise<Availability> {
  const engine = await findEngine(host)
  const place = engine === null ? {} : { place: engine.file }
  if (request.model?.asked) {
    return {
      kind: 'unavailable',
      code: 'model_missing',
      reason: `PocketSphinx has no model "${request.model.name}"`,
      hint: 'Leave the model out, or run the job where whisper-cli is.',
      ...place,
    }
  }
  if (request.language !== null && request.language !== 'en') {
    return {
      kind: 'unavailable',
      code: 'engine_missing',
      reason: `PocketSphinx knows English only, not "${request.language}"`,
      hint: 'Install whisper.cpp on the machine for other languages.',
      ...place,
    }
  }
  if (engine !== null) return { kind: 'ready', model, version: engine.version, ...place }
  return {
    kind: 'unavailable',
    code: 'engine_missing',
    reason: 'PocketSphinx is not installed',
    hint: 'Install it on the machine: sudo apt-get install -y pocketsphinx pocketsphinx-en-us',
  }
}

async function transcribe(
  host: EngineHost,
  audio: SpeechAudio,
  request: SpeechRequest,
  watch: SpeechWatch,
): Promise<Recognition> {
  const engine = await findEngine(host)
  if (engine === null) throw new RelayError('engine_missing', 'PocketSphinx is not installed.')
  const spaced = join(watch.workFolder, 'with-pauses.wav')
  const plan = await writeWithPauses(audio.path, spaced)

  const segments: Omit<Segment, 'id'>[] = []
  const heard = (utterance: Omit<Segment, 'id'>) => {
    const toOriginal = (seconds: number) =>
      roundMs(Math.min(originalTime(seconds, plan), audio.durationSeconds))
    const words = (utterance.words ?? []).map(word => mapTimes(word, toOriginal))
    segments.push(...splitAtGaps(words))
    watch.onProgress(words.at(-1)?.end ?? 0)
  }
  await listen(engine, spaced, host, { signal: watch.signal, search: searchOf(request), heard })
  return {
    language: 'en',
    model,
    version: engine.version,
    timing: 'word',
    segments,
    warnings: [],
  }
}

async function listen(
  engine: Engine,
  wav: string,
  host: EngineHost,
  {
    signal,
    search,
    heard,
  }: {
    readonly signal: AbortSignal
    readonly search: readonly string[]
    readonly heard: (utterance: Omit<Segment, 'id'>) => void
  },
): Promise<void> {
  const reader = new ContinuousReader(heard)
  const onStdoutLine = (line: string) => {
    const utterance = engine.version === '5' ? readLiveLine(line) : null
    if (engine.version === '0.8') reader.line(line)
    else if (utterance !== null) heard(utterance)
  }
  const args =
    engine.version === '0.8'
      ? ['-infile', wav, '-time', 'yes', '-logfn', '/dev/null', ...endOfUtterance, ...search]
      : [...liveModelArgs(), ...search, 'live', wav]
  // The text arrives by line; of the whole output only the end of stderr is of use.
  const options = { env: host.env, signal, onStdoutLine, maxOutputBytes: 8192 }
  const { code, stderr } = await runEngine('PocketSphinx', engine.file, args, options)
  reader.end()
  if (code === 0) return
  throw new RelayError('engine_failed', `PocketSphinx failed (exit code ${code}).${lastWords(stderr)}`, {
    hint: 'Check that its English model is installed: sudo apt-get install -y pocketsphinx-en-us',
  })
}

/**
 * Hypotheses looked at in each 10 ms. The engine's own 30000 make it a third slower and hear nothing better in clear
 * speech; at 2000 it begins to mishear (measured on examples/audio).
 */
function searchOf({ again = false }: SpeechRequest): readonly string[] {
  return ['-maxhmmpf', again ? '30000' : '3000']
}

/** None where the model is elsewhere: then 5.x must know by itself. */
function liveModelArgs(): string[] {
  if (!existsSync(modelFolder)) return []
  return [
    ...['-hmm', join(modelFolder, 'en-us')],
    ...['-lm', join(modelFolder, 'en-us.lm.bin')],
    ...['-dict', join(modelFolder, 'cmudict-en-us.dict')],
  ]
}

function lastWords(stderr: string): string {
  const line = stderr.trim().split('\n').at(-1) ?? ''
  return line === '' ? '' : ` It said: ${line.slice(0, 200)}`
}

function mapTimes<T extends { readonly start: number; readonly end: number }>(
  piece: T,
  map: (seconds: number) => number,
): T {
  return { ...piece, start: map(piece.start), end: map(piece.end) }
}
