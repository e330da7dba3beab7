import { RelayError } from '../base/errors.ts'
import { HttpClient } from '../base/http.ts'
import type {
  Availability,
  Recognition,
  SpeechAudio,
  SpeechBackend,
  SpeechRequest,
  SpeechWatch,
} from './backend.ts'
import { fullModelName } from './model-catalogue.ts'
import { whisperLimits } from './model-memory.ts'
import { TranscriptionClient } from './openai-compatible.ts'
import type { HeardText } from './service-answer.ts'
import { spreadText } from './spread-text.ts'
import { tidySegments } from './transcript.ts'

export interface WhisperServerHost {
  /** What `/audio/transcriptions` follows, without a final slash; on this machine. */
  readonly baseUrl: string
  /** The model it was started with, as far as its owner says. */
  readonly model: string | null
  /** How long it may take to say that it is there. Default 2 s. */
  readonly answerMs?: number
}

/**
 * A server on this machine that speaks OpenAI's API and keeps its model loaded: whisper.cpp's `whisper-server`, speaches,
 * LocalAI. It hears one recording at a time.
 */
export function whisperServer(host: WhisperServerHost): SpeechBackend {
  return {
    name: 'whisper-server',
    listModels: async () => ((await answers(host)) === 'nothing' ? null : [host.model ?? 'default']),
    check: request => check(host, request),
    limits: whisperLimits,
    transcribe: (audio, request, watch) => transcribe(host, audio, request, watch),
  }
}

/**
 * RELAYQ_WHISPER_SERVER; null: none is set. Throws `invalid_config` for an address that is not this machine's: whoever
 * keeps recordings on the machine must be able to rely on it.
 */
export function readServerAddress(address: string): string | null {
  if (address === '') return null
  const url = URL.parse(address)
  const isLoopback = url !== null && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (isLoopback && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '')
  throw new RelayError('invalid_config', `RELAYQ_WHISPER_SERVER cannot be ${JSON.stringify(address)}.`, {
    hint: 'It is an address on this machine, such as http://127.0.0.1:8080/v1',
  })
}

async function check(host: WhisperServerHost, request: SpeechRequest): Promise<Availability> {
  const { baseUrl, model } = host
  const state = await answers(host)
  if (state !== 'ready') {
    return {
      kind: 'unavailable',
      code: 'engine_missing',
      reason: state === 'nothing' ? `no server answers at ${baseUrl}` : `${baseUrl} is loading its model`,
      hint: 'Start it: whisper-server -m MODEL --host 127.0.0.1 --port 8080 --inference-path /v1/audio/transcriptions',
      place: baseUrl,
    }
  }
  if (!request.model?.asked || fullModelName(request.model.name) === model) {
    return { kind: 'ready', model, version: null, place: baseUrl }
  }
  return {
    kind: 'unavailable',
    code: 'model_missing',
    reason: `the server at ${baseUrl} has another model than "${request.model.name}"`,
    hint: 'Leave the model out; WHISPER_MODEL says which one the server was started with.',
    place: baseUrl,
  }
}

/** By whisper-server's `GET /health`: 200, or 503 while it loads. Another server may not know it, and is there all the same. */
async function answers({
  baseUrl,
  answerMs = 2000,
}: WhisperServerHost): Promise<'ready' | 'loading' | 'nothing'> {
  const http = new HttpClient()
  try {
    const signal = AbortSignal.timeout(answerMs)
    const answer = await http.send({ url: new URL('/health', baseUrl).href, signal })
    answer.body.destroy()
    return answer.status === 503 ? 'loading' : 'ready'
  } catch {
    // Whatever keeps it from answering, it cannot be asked to hear anything.
    return 'nothing'
  } finally {
    http.close()
  }
}

/** A machine this slow would not be asked at all: ten times the recording, and time to begin. */
function patienceMs({ durationSeconds }: SpeechAudio): number {
  return Math.round(durationSeconds * 10_000) + 600_000
}

/** whisper.cpp's own listens under another path unless it is told. */
const notFoundHint =
  'RELAYQ_WHISPER_SERVER is what comes before /audio/transcriptions; whisper-server needs --inference-path /v1/audio/transcriptions.'

async function transcribe(
  { baseUrl, model }: WhisperServerHost,
  audio: SpeechAudio,
  request: SpeechRequest,
  watch: SpeechWatch,
): Promise<Recognition> {
  const timeoutMs = patienceMs(audio)
  const service = { label: 'whisper-server', baseUrl, keys: [], timeoutMs, notFoundHint }
  const client = new TranscriptionClient(service)
  watch.onProgress(0)
  try {
    const heard = await ask(client, audio, { language: request.language, model }, watch)
    watch.onProgress(audio.durationSeconds)
    return recognitionOf(heard, audio, request, model)
  } finally {
    client.close()
  }
}

async function ask(
  client: TranscriptionClient,
  { path }: SpeechAudio,
  fields: { readonly language: string | null; readonly model: string | null },
  { signal, onTrouble }: SpeechWatch,
): Promise<HeardText> {
  for (const responseFormat of ['verbose_json', 'json'] as const) {
    const upload = { path, encoding: 'wav', responseFormat, ...fields } as const
    const outcome = await client.transcribe(upload, signal, { onTrouble })
    if (outcome.kind === 'heard') return outcome.heard
    if (responseFormat === 'json') throw outcome.error
  }
  throw new RelayError('internal', 'There is no other form to ask for.')
}

function recognitionOf(
  { language, segments, text }: HeardText,
  { durationSeconds }: SpeechAudio,
  request: SpeechRequest,
  model: string | null,
): Recognition {
  const timed = segments ?? spreadText(text, { start: 0, end: durationSeconds })
  const hasWords = timed.some(({ words }) => words !== undefined)
  return {
    language: language ?? request.language ?? 'und',
    model,
    version: null,
    timing: segments === null ? 'chunk' : hasWords ? 'word' : 'segment',
    segments: tidySegments(timed, durationSeconds).map(({ id: _, ...segment }) => segment),
    warnings: [],
  }
}
