import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type ErrorCode, RelayError } from '../base/errors.ts'
import { encodeSpan, type Span } from '../media/encode.ts'
import { findMediaTools, type MediaTools } from '../media/ffmpeg.ts'
import { readLevels, soundingPart } from '../media/silence.ts'
import type { Cost } from '../model/cost.ts'
import type { Recognition, SpeechAudio, SpeechRequest, SpeechWatch } from './backend.ts'
import { type CloudModel, type CloudName, cloudModel, endOfModel, expectedCost } from './cloud-models.ts'
import type { FormMemory } from './form-memory.ts'
import {
  type TranscriptionClient,
  type TranscriptionOutcome,
  type TranscriptionService,
  wasUnsent,
} from './openai-compatible.ts'
import type { HeardText } from './service-answer.ts'
import { splitSpan } from './split-span.ts'
import { spreadText } from './spread-text.ts'
import { roundMs, type Segment, tidySegments } from './transcript.ts'
import { formName, type UploadForm, uploadForms } from './upload-form.ts'

export interface CloudHost {
  readonly name: CloudName
  readonly service: TranscriptionService
  /** Which settings may hold its key, for people. */
  readonly keySettings: readonly string[]
  /** Of jobs that ask for none. */
  readonly model: string
  /** Without any key: ffmpeg gets it. */
  readonly env: NodeJS.ProcessEnv
  readonly programFolders: readonly string[]
  readonly forms: FormMemory
  /** How pauses are made that a service asks for; replaced in tests. */
  readonly sleep?: ConstructorParameters<typeof TranscriptionClient>[1]
}

/** The refusals after which nothing was charged. After any other, the request may have been. */
const freeRefusals: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'key_refused',
  'quota_exceeded',
  'rate_limited',
  'service_rejected',
])

/** One recording, heard by a service piece by piece. What nothing sounds in is not sent. */
export class CloudHearing {
  readonly #host: CloudHost
  readonly #client: TranscriptionClient
  readonly #model: string
  readonly #facts: CloudModel
  readonly #language: string | null
  #forms: readonly UploadForm[]
  /** The form it began with: one that answers in its place is worth remembering. */
  #expected: UploadForm | null = null
  readonly #segments: Omit<Segment, 'id'>[] = []
  #heardLanguage: string | null = null
  #timing: Recognition['timing'] = 'word'

  constructor(host: CloudHost, client: TranscriptionClient, model: string, request: SpeechRequest) {
    this.#host = host
    this.#client = client
    this.#model = model
    this.#facts = cloudModel(host.name, model)
    this.#language = request.language
    this.#forms = uploadForms(host.name, this.#facts)
  }

  async hear(audio: SpeechAudio, watch: SpeechWatch): Promise<Recognition> {
    const { env, programFolders, forms } = this.#host
    const remembered = await forms.recall(this.#memoryKey)
    const known = this.#forms.findIndex(form => formName(form) === remembered)
    this.#forms = this.#forms.slice(Math.max(0, known))
    this.#expected = this.#forms[0] ?? null
    const tools = await findMediaTools(env, programFolders)
    const levels = await levelsOf(audio.path)
    await this.#hearSpan({ start: 0, end: audio.durationSeconds }, { audio, watch, tools, levels })
    return this.#recognition(audio)
  }

  async #hearSpan(span: Span, work: CloudWork): Promise<void> {
    const [form, ...others] = this.#forms
    if (form === undefined) throw new RelayError('internal', 'There is no form to send a recording in.')
    if (span.end - span.start > form.mostSeconds) {
      for (const part of splitSpan(work.levels, span, form.mostSeconds)) await this.#hearSpan(part, work)
      return
    }
    work.watch.onProgress(span.start)
    const sound = soundingPart(work.levels, span.start, span.end)
    const outcome = sound && (await this.#ask(span, form, work))
    if (outcome?.kind === 'refused') {
      if (others.length === 0) throw outcome.error
      this.#forms = others
      await this.#hearSpan(span, work)
      return
    }
    if (sound && outcome) await this.#take(outcome.heard, { span, sound, form })
    work.watch.onProgress(span.end)
  }

  /** Sends one piece, with its price set aside first. */
  async #ask(span: Span, form: UploadForm, work: CloudWork): Promise<TranscriptionOutcome> {
    const { signal, workFolder, purse, onTrouble } = work.watch
    const { encoding, responseFormat } = form
    const path = join(workFolder, `piece-${Math.round(span.start * 1000)}.${encoding}`)
    const seconds = span.end - span.start
    await encodeSpan(work.audio.path, path, { span, encoding }, work.tools, signal)
    const expected = expectedCost(this.#host.name, this.#model, seconds)
    let reservation = await purse?.reserve(expected)
    const onLost = async (error: RelayError) => {
      reservation?.settle(expected)
      reservation = await purse?.reserve(expected).catch(thrown => {
        // A ceiling ends these tries, and no more: a later try of the job has what it allows anew.
        throw thrown instanceof RelayError && thrown.code === 'cloud_forbidden' ? error : thrown
      })
    }
    try {
      const upload = { path, encoding, responseFormat, model: this.#model, language: this.#language }
      const outcome = await this.#client.transcribe(upload, signal, { onTrouble, onLost })
      if (outcome.kind === 'refused') reservation?.settle(null)
      else reservation?.settle(this.#charged(outcome.heard, seconds))
      return outcome
    } catch (thrown) {
      if (thrown instanceof RelayError && wasFree(thrown)) reservation?.settle(null)
      throw thrown
    } finally {
      await rm(path, { force: true })
    }
  }

  #charged({ usage }: HeardText, sent: number): Cost {
    const expected = expectedCost(this.#host.name, this.#model, usage.seconds ?? sent)
    return { ...expected, amount: usage.usd ?? expected.amount }
  }

  async #take(heard: HeardText, { span, sound, form }: Taken): Promise<void> {
    if (form !== this.#expected) {
      this.#expected = form
      await this.#host.forms.remember(this.#memoryKey, formName(form))
    }
    this.#heardLanguage ??= heard.language
    const { segments } = heard
    if (segments === null || (segments.length === 0 && heard.text !== '')) {
      if (heard.text !== '') this.#timing = 'chunk'
      this.#segments.push(...spreadText(heard.text, sound))
      return
    }
    if (this.#timing === 'word' && segments.some(({ words }) => words === undefined)) this.#timing = 'segment'
    this.#segments.push(...segments.map(segment => within(span, segment)))
  }

  #recognition({ durationSeconds }: SpeechAudio): Recognition {
    const end = endOfModel(this.#host.service.label, this.#model, this.#facts)
    return {
      language: this.#language ?? this.#heardLanguage ?? 'und',
      model: this.#model,
      version: null,
      timing: this.#timing,
      segments: tidySegments(this.#segments, durationSeconds).map(({ id: _, ...segment }) => segment),
      warnings: end === null ? [] : [end],
    }
  }

  get #memoryKey(): string {
    return `${this.#host.service.baseUrl} ${this.#model}`
  }
}

function wasFree(error: RelayError): boolean {
  return freeRefusals.has(error.code) || wasUnsent(error)
}

interface CloudWork {
  readonly audio: SpeechAudio
  readonly watch: SpeechWatch
  readonly tools: MediaTools
  readonly levels: Float32Array
}

interface Taken {
  readonly span: Span
  readonly sound: Span
  readonly form: UploadForm
}

async function levelsOf(path: string): Promise<Float32Array> {
  await using file = await open(path)
  return await readLevels(file)
}

/** Times of a piece as times of the recording; a service may tell some beyond the end of what it was sent. */
function within(span: Span, segment: Omit<Segment, 'id'>): Omit<Segment, 'id'> {
  const moved = <Piece extends Span>(piece: Piece): Piece => ({
    ...piece,
    start: roundMs(Math.min(span.end, span.start + piece.start)),
    end: roundMs(Math.min(span.end, span.start + piece.end)),
  })
  return { ...moved(segment), ...(segment.words === undefined ? {} : { words: segment.words.map(moved) }) }
}
