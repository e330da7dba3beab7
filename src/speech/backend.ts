import type { Cost } from '../model/cost.ts'
import type { Purse } from './purse.ts'
import type { Segment, Timing } from './transcript.ts'

/** A speech engine, on this machine or reached from it. Implementations pass the suite in `backend.contract.ts`. */
export interface SpeechBackend {
  readonly name: string
  /** The names of the models that are on this machine; null: the engine itself is not. Starts nothing heavy. */
  listModels(): Promise<readonly string[] | null>
  /** Whether it can do this request here and now. Starts nothing heavy, changes nothing. */
  check(request: SpeechRequest): Promise<Availability>
  /** Whether `again` makes it hear in another way. */
  readonly hearsAgain?: boolean
  /** What one call takes, on a machine like this; left out: a recording of any length. */
  limits?(machine: MachineSize): SpeechLimits
  /** What so many seconds are expected to cost; left out: nothing, the engine is this machine's own. */
  expectedCost?(seconds: number, request: SpeechRequest): Cost
  /**
   * Hears a whole recording. Throws `engine_failed`, `engine_missing`, what a service refuses it for, or the signal's
   * reason; nothing it started is left running and nothing it wrote is left outside `workFolder`. Silence is a result without segments.
   */
  transcribe(audio: SpeechAudio, request: SpeechRequest, watch: SpeechWatch): Promise<Recognition>
}

export interface MachineSize {
  /** MiB in all, of which others take their share. */
  readonly memoryMb: number
  readonly cores: number
}

/** By what a long recording is split, and how much of it is heard at once. */
export interface SpeechLimits {
  /** Seconds of audio under which a call costs more by its start than it is worth. */
  readonly leastSeconds: number
  /** Seconds of audio that one call takes at most. */
  readonly mostSeconds: number
  /** How many calls at once are of use: 1 where one call uses the whole machine. */
  readonly parallel: number
  /** MiB that one call of `mostSeconds` takes on this machine. */
  readonly memoryMb: number
}

export interface SpeechRequest {
  /** null: the engine's choice. `asked`: named by the job itself, so another model will not do. */
  readonly model: { readonly name: string; readonly asked: boolean } | null
  /** ISO 639-1; null: whatever is spoken. */
  readonly language: string | null
  /** The first hearing was doubted: other settings, where the engine has any that may hear better. */
  readonly again?: boolean
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
      /** Of a model that its service ends, one sentence with the day and what to use instead: it is used all the same. */
      readonly endWarning?: string
    }
  | Unavailable

export interface Unavailable {
  readonly kind: 'unavailable'
  readonly code: 'engine_missing' | 'model_missing' | 'out_of_memory' | 'cloud_forbidden'
  /** One clause for people, without a final stop: "whisper-cli is not installed". */
  readonly reason: string
  readonly hint: string
  /** Where it was found, or where its owner says that it is: then it is news that it is not. */
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
  /** What an engine met and goes on from, one sentence for the log. */
  readonly onTrouble?: (line: string) => void
  /** An existing folder for the engine's own files, removed by the caller. */
  readonly workFolder: string
  /** What an engine that costs money has to ask first; without one it asks nobody. */
  readonly purse?: Purse
  /** Of the whole recording, where the audio is but a part of it. */
  readonly recordingSeconds?: number
}

export interface Recognition {
  /** ISO 639-1, or `und` where nobody says. */
  readonly language: string
  readonly model: string | null
  readonly version: string | null
  readonly timing: Timing
  readonly segments: readonly Omit<Segment, 'id'>[]
  readonly warnings: readonly string[]
}
