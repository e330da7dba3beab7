import { mkdtemp } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { RelayError } from '../base/errors.ts'
import { findProgram, isExecutable } from '../base/find-program.ts'
import type {
  Availability,
  Recognition,
  SpeechAudio,
  SpeechBackend,
  SpeechRequest,
  SpeechWatch,
  Unavailable,
} from './backend.ts'
import { type CommandTemplate, fillTemplate, type OutputForm, uses } from './command-template.ts'
import { lastWords, readEngineOutput, tooMuchOutput } from './engine-output.ts'
import type { EngineHost } from './pocketsphinx.ts'
import { refused, runEngine } from './run-engine.ts'
import { spreadText } from './spread-text.ts'
import { readSubtitles } from './subtitles.ts'
import type { Timing } from './transcript.ts'
import { readHeardLine, readWhisperJson, readWhisperProgress, type WhisperText } from './whisper-output.ts'

export interface CommandHost extends EngineHost {
  readonly template: CommandTemplate
}

/** Any program that its owner tells how to call: MacWhisper's `mw`, and what is new. */
export function commandEngine(host: CommandHost): SpeechBackend {
  return {
    name: 'command',
    // Which it has only the program knows.
    listModels: async () => ((await find(host)) === null ? null : ['default']),
    check: request => check(host, request),
    transcribe: (audio, request, watch) => transcribe(host, audio, request, watch),
  }
}

async function find({ template, env, programFolders }: CommandHost): Promise<string | null> {
  const [program] = template.words
  if (program.includes('/')) return (await isExecutable(program)) ? program : null
  return await findProgram([program], env['PATH'], programFolders)
}

async function check(host: CommandHost, request: SpeechRequest): Promise<Availability> {
  const place = await find(host)
  if (place === null) {
    return {
      kind: 'unavailable',
      code: 'engine_missing',
      reason: `${host.template.words[0]} of RELAYQ_SPEECH_COMMAND is not installed`,
      hint: 'Install it on the machine, or change RELAYQ_SPEECH_COMMAND there.',
      place: host.template.words[0],
    }
  }
  const refusal = modelRefusal(host.template, request)
  if (refusal !== null) return { ...refusal, place }
  return { kind: 'ready', model: request.model?.name ?? null, version: null, place }
}

/** A model can be handed to the command only where its owner has left a place for it. */
function modelRefusal(template: CommandTemplate, { model }: SpeechRequest): Unavailable | null {
  const refuse = (reason: string, hint: string) =>
    ({ kind: 'unavailable', code: 'model_missing', reason, hint }) as const
  if (uses(template, 'model')) {
    if (model !== null) return null
    return refuse('RELAYQ_SPEECH_COMMAND takes a {model}, and none is named', 'Set WHISPER_MODEL.')
  }
  if (!model?.asked) return null
  const hint = 'Leave the model out, or put {model} into RELAYQ_SPEECH_COMMAND on the machine.'
  return refuse(`RELAYQ_SPEECH_COMMAND has no place for the model "${model.name}"`, hint)
}

/** More than a text of many hours. */
const maxStdoutBytes = 16 * 1_048_576

async function transcribe(
  host: CommandHost,
  audio: SpeechAudio,
  request: SpeechRequest,
  watch: SpeechWatch,
): Promise<Recognition> {
  const { template } = host
  const program = await find(host)
  if (program === null) throw new RelayError('engine_missing', `${template.words[0]} is gone.`)
  const refusal = modelRefusal(template, request)
  if (refusal !== null) throw refused(refusal)
  const outputDir = await mkdtemp(join(watch.workFolder, 'command-'))
  // Programs that name their output themselves name it after their input.
  const outputBase = basename(audio.path, '.wav')
  const args = fillTemplate(template, {
    ...{ input: audio.path, outputDir, outputBase },
    language: request.language ?? 'auto',
    model: request.model?.name ?? '',
    threads: String(Math.min(8, availableParallelism())),
  })
  const onLine = progressReader(audio, watch)
  const run = await runEngine('RELAYQ_SPEECH_COMMAND', program, args, {
    env: host.env,
    signal: watch.signal,
    maxOutputBytes: template.form === 'stdout-txt' ? maxStdoutBytes : 65_536,
    onStdoutLine: onLine,
    onStderrLine: onLine,
  })
  if (template.form === 'stdout-txt' && run.stdoutCut) throw tooMuchOutput()
  const output = template.form === 'stdout-txt' ? run.stdout : await readFiles(outputDir, audio, template)
  const text = run.code === 0 ? readOutput(template.form, output, audio) : null
  if (text === null) throw failure(template, run)
  return {
    language: text.language ?? request.language ?? 'und',
    model: uses(template, 'model') ? (request.model?.name ?? null) : null,
    version: null,
    timing: timingOf(template.form, text),
    segments: text.segments,
    warnings: [],
  }
}

/** Many such programs are Whisper inside, and say how far they are as it does. */
function progressReader(audio: SpeechAudio, watch: SpeechWatch): (line: string) => void {
  let furthest = 0
  return line => {
    const share = readWhisperProgress(line)
    const seconds = share === null ? (readHeardLine(line) ?? 0) : share * audio.durationSeconds
    const heard = Math.min(seconds, audio.durationSeconds)
    if (heard <= furthest) return
    furthest = heard
    watch.onProgress(heard)
  }
}

const endings: Readonly<Record<Exclude<OutputForm, 'stdout-txt'>, string>> = {
  'whispercpp-json': 'json',
  'whisper-json': 'json',
  srt: 'srt',
  vtt: 'vtt',
  txt: 'txt',
}

/** null where the program left no file of that kind. */
async function readFiles(
  folder: string,
  audio: SpeechAudio,
  { form }: CommandTemplate,
): Promise<string | null> {
  if (form === 'stdout-txt') return null
  const name = basename(audio.path)
  const whole = await readEngineOutput(join(folder, `${basename(name, '.wav')}.${endings[form]}`))
  return whole ?? (await readEngineOutput(join(folder, `${name}.${endings[form]}`)))
}

/** An empty file of subtitles or text is silence; nothing at all on stdout is what a failure looks like. */
function readOutput(form: OutputForm, output: string | null, audio: SpeechAudio): WhisperText | null {
  if (output === null) return null
  const isEmpty = output.trim() === ''
  if (form === 'whispercpp-json' || form === 'whisper-json') return readWhisperJson(output)
  if (isEmpty) return form === 'stdout-txt' ? null : { language: null, segments: [] }
  if (form === 'srt' || form === 'vtt') return readSubtitles(output)
  return { language: null, segments: spreadText(output, { start: 0, end: audio.durationSeconds }) }
}

function timingOf(form: OutputForm, { segments }: WhisperText): Timing {
  if (form === 'txt' || form === 'stdout-txt') return 'chunk'
  return segments.some(({ words }) => words !== undefined) ? 'word' : 'segment'
}

function failure(
  { words: [program], form }: CommandTemplate,
  { code, stderr }: { readonly code: number; readonly stderr: string },
): RelayError {
  const missing = form === 'stdout-txt' ? 'printed nothing' : `left no ${form} that can be read`
  const what = code === 0 ? `${missing} (exit code 0)` : `ended with exit code ${code}`
  const said = lastWords(stderr).replace(/\.$/, '')
  return new RelayError('engine_failed', `${program} ${what}${said && `: ${said}`}.`, {
    hint: 'Run RELAYQ_SPEECH_COMMAND by hand on the machine to see what it says and writes.',
  })
}
