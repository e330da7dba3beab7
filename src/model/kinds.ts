import { momentPattern } from './moment.ts'

/** What a value of an input looks like. */
export type InputForm =
  | { readonly kind: 'web_address' }
  /** Of relayed-file.ts. Who submits names a file of the own machine, and the queue relays it. */
  | { readonly kind: 'relayed_file' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  /** Some of the values, with commas between. */
  | { readonly kind: 'choices'; readonly values: readonly string[] }
  /** A JSON array of texts: arguments as they are, which no shell takes apart. */
  | { readonly kind: 'texts' }
  /** Of script.ts: a file of the repository's folder for scripts. */
  | { readonly kind: 'script' }
  /** `likeThis`: the end of the sentence "It is ...". */
  | { readonly kind: 'text'; readonly pattern: RegExp; readonly likeThis: string }

/**
 * One row per input of a job kind: the single table that the CLI, the workflows, run-job and the docs follow. '' is
 * always allowed for an optional input: "as the machine is configured".
 */
export interface InputSpec {
  readonly name: string
  readonly required: boolean
  readonly description: string
  readonly form: InputForm
  /** The queue makes another input of it: no workflow has it. */
  readonly forSubmit?: true
}

/** Every kind has its code in `jobs/run-job`: a missing one is a type error there. */
export type KindName = 'transcribe' | 'transcode' | 'thumbnail' | 'command'

export interface KindSpec {
  readonly name: KindName
  readonly description: string
  readonly workflow: string
  readonly inputs: readonly InputSpec[]
  /** Names of inputs of which exactly one must be given: where the work comes from. */
  readonly sources: readonly string[]
  /** There may be nothing to work on: then none of the sources is given. */
  readonly mayLackSource?: true
  /** What it does differs from time to time: only a job that is not over yet is the same one. */
  readonly repeats?: true
}

/** Inputs that RelayQ adds by itself, whatever the kind: every workflow of its own declares them, and others are dispatched without. */
export const ownInputs = [
  'relayq_id',
  'relayq_group',
  'relayq_ignore',
  'runs_on',
  'max_size_mb',
  'timeout_minutes',
  'verify',
] as const

/** `podcast` is the JSON of Podcasting 2.0's `<podcast:transcript>`; `json` is RelayQ's own, of which all others are made. */
export const transcriptFormats = ['txt', 'srt', 'vtt', 'json', 'md', 'podcast'] as const

export type TranscriptFormat = (typeof transcriptFormats)[number]

/** What media can be turned into. What each holds, and by which encoders, stands in `media/output-formats`. */
export const mediaFormats = ['mp4', 'webm', 'mp3', 'm4a', 'opus', 'flac', 'wav'] as const

export type MediaFormat = (typeof mediaFormats)[number]

export const mediaQualities = ['small', 'normal', 'high'] as const

export type MediaQuality = (typeof mediaQualities)[number]

/** What a thumbnail can be. By which encoders stands in `media/output-formats`. */
export const pictureFormats = ['jpg', 'png', 'webp'] as const

export type PictureFormat = (typeof pictureFormats)[number]

/** It becomes part of a path, and comes from outside: no part of it may lead upwards. */
export const modelName: InputForm = {
  kind: 'text',
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,63})?$/,
  likeThis: 'a name such as base, large-v3-turbo or openai/whisper-1',
}

export const languageCode: InputForm = {
  kind: 'text',
  pattern: /^(?:auto|[a-z]{2,3}(?:-[a-z]{2,4})?)$/i,
  likeThis: 'an ISO 639-1 code such as en or de, or auto',
}

const absolutePath: InputForm = {
  kind: 'text',
  pattern: /^\/\P{Cc}{1,1023}$/u,
  likeThis: 'an absolute path such as /nas/audio/talk.mp3',
}

const moment: InputForm = {
  kind: 'text',
  pattern: momentPattern,
  likeThis: 'a moment in seconds such as 90 or 12.5, or as 1:30 or 01:02:03',
}

export const speechBackend: InputForm = {
  kind: 'choice',
  values: ['auto', 'local', 'openai', 'router'],
}

/** What counts first where the backend `auto` has a choice. */
export const autoPreference: InputForm = { kind: 'choice', values: ['cost', 'speed'] }

export const yesOrNo: InputForm = { kind: 'choice', values: ['true', 'false'] }

const sourceNames = ['url', 'file', 'path', 'result'] as const

/** Where `what` a job works on comes from. */
function sourceInputs(what: string): readonly InputSpec[] {
  return [
    {
      name: 'url',
      required: false,
      description: `http(s) address of ${what}`,
      form: { kind: 'web_address' },
    },
    {
      name: 'file',
      required: false,
      description: 'a file of this machine, which is sent along',
      form: { kind: 'relayed_file' },
    },
    {
      name: 'path',
      required: false,
      description: 'a file on the machine that runs the job',
      form: absolutePath,
    },
    {
      name: 'result',
      required: false,
      description: "a file of an earlier job's result: JOB or JOB:FILE",
      form: {
        kind: 'text',
        pattern: /^[\w.-]{1,64}(?::[^\p{Cc}/\\]{1,200})?$/u,
        likeThis: 'JOB or JOB:FILE',
      },
      forSubmit: true,
    },
  ]
}

export const kinds: readonly KindSpec[] = [
  {
    name: 'transcribe',
    description: 'Speech to text: txt, srt, vtt and json',
    workflow: 'transcribe_audio.yml',
    sources: sourceNames,
    inputs: [
      ...sourceInputs('the audio or video'),
      {
        name: 'backend',
        required: false,
        description: 'Speech engine',
        form: speechBackend,
      },
      {
        name: 'model',
        required: false,
        description: 'Model of that engine',
        form: modelName,
      },
      { name: 'language', required: false, description: 'Which language is spoken', form: languageCode },
      {
        name: 'formats',
        required: false,
        description: 'Which files the result has; all unless said',
        form: { kind: 'choices', values: transcriptFormats },
      },
      {
        name: 'private',
        required: false,
        description: 'true: the recording does not leave the machine',
        form: yesOrNo,
      },
    ],
  },
  {
    name: 'transcode',
    description: 'Audio or video into another form, by ffmpeg',
    workflow: 'transcode_media.yml',
    sources: sourceNames,
    inputs: [
      ...sourceInputs('the audio or video'),
      {
        name: 'format',
        required: true,
        description: 'What it becomes',
        form: { kind: 'choice', values: mediaFormats },
      },
      {
        name: 'height',
        required: false,
        description: 'Lines of the picture at most; it is never made larger',
        form: { kind: 'choice', values: ['480', '720', '1080'] },
      },
      {
        name: 'quality',
        required: false,
        description: 'How much of it is kept; normal unless said',
        form: { kind: 'choice', values: mediaQualities },
      },
    ],
  },
  {
    name: 'thumbnail',
    description: 'A picture of a video, of an image or of the cover of audio, by ffmpeg',
    workflow: 'thumbnail_media.yml',
    sources: sourceNames,
    inputs: [
      ...sourceInputs('the video, image or audio'),
      {
        name: 'at',
        required: false,
        description: 'Which moment of a video; one that shows something, from a tenth on, unless said',
        form: moment,
      },
      {
        name: 'width',
        required: false,
        description: 'Points a line at most; 640 unless said, and it is never made larger',
        form: { kind: 'choice', values: ['160', '320', '640', '1280', '1920'] },
      },
      {
        name: 'format',
        required: false,
        description: 'What it is; jpg unless said',
        form: { kind: 'choice', values: pictureFormats },
      },
    ],
  },
  {
    name: 'command',
    description: "A script of the repository's jobs/ folder",
    workflow: 'run_command.yml',
    sources: sourceNames,
    mayLackSource: true,
    repeats: true,
    inputs: [
      {
        name: 'script',
        required: true,
        description: "a script of the repository's jobs/ folder, such as thumbs.sh",
        form: { kind: 'script' },
      },
      {
        name: 'args',
        required: false,
        description: 'its arguments, as a JSON array of texts',
        form: { kind: 'texts' },
      },
      ...sourceInputs('a file to work on'),
    ],
  },
]

export function findKind(name: string): KindSpec | null {
  return kinds.find(kind => kind.name === name) ?? null
}

/** The kind whose jobs a workflow does: its own, or one for a certain machine (`transcribe_mac.yml`); null: of none. */
export function kindOfWorkflow(workflow: string): KindSpec | null {
  const file = workflow.split('/').at(-1) ?? ''
  return kinds.find(kind => kind.workflow === file || file.startsWith(`${kind.name}_`)) ?? null
}

/** The kind a workflow of the seed belongs to when it leaves the choice of machine open; null for all others. */
export function kindOfPooledWorkflow(workflow: string): KindSpec | null {
  const file = workflow.split('/').at(-1)
  return kinds.find(kind => kind.workflow === file) ?? null
}
