import type { Segment } from './transcript.ts'

/** A speech engine on this machine. Implementations pass the suite in `backend.contract.ts`. */
export interface SpeechBackend {
  readonly name: string
  /** The names of the models that are on this machine; null: the engine itself is not. Starts nothing heavy. */
  listModels(): Promise<readonly string[] | null>
  /** Whether it can do this request here and now. Starts nothing heavy, changes nothing. */
  check(request: SpeechRequest): Promise<Availability>
  /**
   * Hears a whole recording. Throws `engine_failed`, `engine_missing`, or the signal's reason; nothing it started is
   * left running and nothing it wrote is left outside `workFolder`. Silence is a result without segments.
   */
  transcribe(audio: SpeechAudio, request: SpeechRequest, watch: SpeechWatch): Promise<Recognition>
}

export interface SpeechRequest {
  /** null: the engine's choice. `asked`: named by the job itself, so another model will not do. */
  readonly model: { readonly name: string; readonly asked: boolean } | null
  /** ISO 639-1; null: whatever is spoken. */
  readonly language: string | null
}

export type Availability =
  | {
      readonly kind: 'ready'
      readonly model: string | null
      readonly version: string | null
      /** Where it was found: a program's path, a server's address. */
      readonly place?: string
      /** Why it would not use the model that was named. */
      readonly warning?: string
    }
  | Unavailable

export interface Unavailable {
  readonly kind: 'unavailable'
  readonly code: 'engine_missing' | 'model_missing' | 'out_of_memory'
  /** One clause for people, without a final stop: "whisper-cli is not installed". */
  readonly reason: string
  readonly hint: string
  /** Where it was found, if it was. */
  readonly place?: string
}

export interface SpeechAudio {
  /** A wav file as `media/normalise` makes them. */
  readonly path: string
  readonly durationSeconds: number
}

export interface SpeechWatch {
  readonly signal: AbortSignal
  /** Seconds of audio heard so far; never falls, never exceeds the duration. */
  readonly onProgress: (doneSeconds: number) => void
  /** An existing folder for the engine's own files, removed by the caller. */
  readonly workFolder: string
}

export interface Recognition {
  readonly language: string
  readonly model: string | null
  readonly version: string | null
  readonly timing: 'word' | 'segment'
  readonly segments: readonly Omit<Segment, 'id'>[]
  readonly warnings: readonly string[]
}
