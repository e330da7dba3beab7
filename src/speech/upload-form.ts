import type { UploadEncoding } from '../media/encode.ts'
import type { CloudModel, CloudName } from './cloud-models.ts'

/** At least one. */
type UploadForms = readonly [UploadForm, ...UploadForm[]]

/** How a recording is sent, and in what form its text is asked for. */
export interface UploadForm {
  readonly responseFormat: 'verbose_json' | 'json'
  readonly encoding: UploadEncoding
  readonly mostSeconds: number
}

/**
 * Text without times becomes subtitles by the place of its chunk alone: a minute is as long as that may be. OpenAI takes
 * 25 MB, and cuts the text of long recordings; OpenRouter's providers have 60 seconds to answer in, which whisper models
 * need for much more than five minutes of audio.
 */
const secondsOfText = 60
const secondsWithTimes: Readonly<Record<CloudName, number>> = { openai: 600, router: 300 }

/**
 * The forms in which a model may be asked, best first. A service refuses what a model does not take with 400, often
 * without saying why: then the next form is tried.
 */
export function uploadForms(provider: CloudName, model: CloudModel): UploadForms {
  const most = (seconds: number) => Math.min(seconds, model.mostSeconds ?? seconds)
  const withTimes = {
    responseFormat: 'verbose_json',
    encoding: 'mp3',
    mostSeconds: most(secondsWithTimes[provider]),
  } as const
  const text = { responseFormat: 'json', mostSeconds: most(secondsOfText) } as const
  const plain: UploadForms = [
    { ...text, encoding: 'mp3' },
    { ...text, encoding: 'wav' },
  ]
  return model.hasTimes === false ? plain : [withTimes, ...plain]
}

export function formName({ responseFormat, encoding }: UploadForm): string {
  return `${responseFormat} ${encoding}`
}
