import type { Cost } from '../model/cost.ts'

/** What is known of a model of a service, as of November 2026. */
export interface CloudModel {
  /** US dollars for a minute of audio. */
  readonly usdPerMinute: number
  /** Whether it gives times (`verbose_json`); null: it has to be tried. */
  readonly hasTimes: boolean | null
  /** The day on which its service ends it, ISO 8601, and what is to be used instead. */
  readonly end?: { readonly on: string; readonly successor: string }
  /** Seconds of audio in one request, where it takes less than others. */
  readonly mostSeconds?: number
}

export type CloudName = 'openai' | 'router'

/** https://developers.openai.com/api/docs/deprecations, notice of 2026-08-26. */
const endOfOlderModels = { on: '2027-02-26', successor: 'gpt-transcribe' }

const models: Readonly<Record<CloudName, Readonly<Record<string, CloudModel>>>> = {
  openai: {
    'gpt-transcribe': { usdPerMinute: 0.0045, hasTimes: false },
    'whisper-1': { usdPerMinute: 0.006, hasTimes: true, end: endOfOlderModels },
    'gpt-4o-transcribe': { usdPerMinute: 0.006, hasTimes: false, end: endOfOlderModels },
    'gpt-4o-mini-transcribe': { usdPerMinute: 0.003, hasTimes: false, end: endOfOlderModels },
    'gpt-4o-transcribe-diarize': { usdPerMinute: 0.006, hasTimes: false, end: endOfOlderModels },
  },
  router: {
    'openai/whisper-1': { usdPerMinute: 0.006, hasTimes: true },
    'openai/whisper-large-v3': { usdPerMinute: 0.0015, hasTimes: null },
    'openai/whisper-large-v3-turbo': { usdPerMinute: 0.04 / 60, hasTimes: null },
    'google/chirp-3': { usdPerMinute: 0.006, hasTimes: null, mostSeconds: 55 },
  },
}

/** One that is not in the table is taken for as dear as the dearest that is: a ceiling must not be passed by a guess. */
const unknownModel: CloudModel = { usdPerMinute: 0.006, hasTimes: null }

export function findCloudModel(provider: CloudName, name: string): CloudModel | null {
  const known = models[provider]
  return Object.hasOwn(known, name) ? (known[name] ?? null) : null
}

export function cloudModel(provider: CloudName, name: string): CloudModel {
  return findCloudModel(provider, name) ?? unknownModel
}

/** By the price of the model. */
export function expectedCost(provider: CloudName, model: string, seconds: number): Cost {
  const { usdPerMinute } = cloudModel(provider, model)
  return { provider, model, currency: 'USD', amount: (usdPerMinute * seconds) / 60, seconds }
}

/** null: its service has told of no end. */
export function endOfModel(label: string, model: string, { end }: CloudModel): string | null {
  return end === undefined ? null : `${label} ends the model ${model} on ${end.on}: use ${end.successor}.`
}
