import { mkdtemp } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { RelayError } from '../base/errors.ts'
import { findProgram, isExecutable } from '../base/find-program.ts'
import { runProgram } from '../base/process.ts'
import type {
  Availability,
  Recognition,
  SpeechAudio,
  SpeechBackend,
  SpeechRequest,
  SpeechWatch,
} from './backend.ts'
import { chooseModel, howToGetWhisperCpp, type ModelChoice } from './choose-model.ts'
import { lastWords, readEngineOutput } from './engine-output.ts'
import { whisperLimits } from './model-memory.ts'
import { isEnglishOnly, listModels, type ModelFile } from './models.ts'
import { type EngineRun, refused, runEngine } from './run-engine.ts'
import { readSubtitles } from './subtitles.ts'
import { readWhisperJson, readWhisperProgress, type WhisperText } from './whisper-output.ts'

export interface WhisperHost {
  readonly env: NodeJS.ProcessEnv
  /** Searched after PATH. */
  readonly programFolders: readonly string[]
  /** The last is where a missing model is told to be put. */
  readonly modelFolders: readonly string[]
  /** A path from the configuration; null: search for it. */
  readonly program: string | null
  /** All the memory a model may use, in MB. */
  readonly memoryMb: number
  /** How long a program may take to say its version. Default 2 s. */
  readonly answerMs?: number
}

/** whisper.cpp's command line (`whisper-cli`, in older Homebrew versions `whisper-cpp`, before that `main`). */
export function whisperCli(host: WhisperHost): SpeechBackend {
  return {
    name: 'whisper-cli',
    hearsAgain: true,
    listModels: async () => {
      if ((await findWhisper(host)) === null) return null
      return (await listModels(host.modelFolders)).map(({ name }) => name)
    },
    check: request => check(host, request),
    limits: whisperLimits,
    transcribe: (audio, request, watch) => transcribe(host, audio, request, watch),
  }
}

async function check(host: WhisperHost, request: SpeechRequest): Promise<Availability> {
  const program = await findWhisper(host)
  const asked = request.model?.asked ? request.model.name : null
  if (program === null) {
    return {
      kind: 'unavailable',
      code: asked === null ? 'engine_missing' : 'model_missing',
      reason: 'whisper-cli is not installed',
      hint: 'Install whisper.cpp on the machine: brew install whisper.cpp, or build it from source.',
    }
  }
  const choice = await findModel(host, request, 0)
  if (choice.kind === 'unavailable') return { ...choice, place: program }
  const version = await readVersion(program, host)
  const warning = choice.warning === null ? {} : { warning: choice.warning }
  return { kind: 'ready', model: choice.model.name, version, place: program, ...warning }
}

async function findModel(
  host: WhisperHost,
  request: SpeechRequest,
  audioSeconds: number,
): Promise<ModelChoice> {
  const { memoryMb, modelFolders } = host
  const howToGet = (name: string) => howToGetWhisperCpp(name, modelFolders.at(-1) ?? '.')
  const models = await listModels(modelFolders)
  return chooseModel(request, { models, memoryMb, audioSeconds, howToGet })
}

async function findWhisper(host: WhisperHost): Promise<string | null> {
  if (host.program !== null) return (await isExecutable(host.program)) ? host.program : null
  const path = host.env['PATH']
  const named = await findProgram(['whisper-cli', 'whisper-cpp'], path, host.programFolders)
  if (named !== null) return named
  const main = await findProgram(['main'], path, host.programFolders)
  return main !== null && (await isWhisper(main, host)) ? main : null
}

/** Many programs are called main; whisper's own names itself in its help. */
async function isWhisper(program: string, host: WhisperHost): Promise<boolean> {
  const outcome = await runProgram(program, ['--help'], quickly(host))
  return outcome.kind === 'exited' && /whisper/i.test(outcome.stdout + outcome.stderr)
}

/** Known since 1.8.7; older ones take --version for a mistake and exit 0 all the same. */
async function readVersion(program: string, host: WhisperHost): Promise<string | null> {
  const outcome = await runProgram(program, ['--version'], quickly(host))
  const stdout = outcome.kind === 'exited' ? outcome.stdout : ''
  return /version:\s*(\S+)/.exec(stdout)?.[1] ?? null
}

/** A program that hangs must not hold up a job. */
function quickly({ env, answerMs = 2000 }: WhisperHost) {
  return { env, timeoutMs: answerMs, graceMs: 200, maxOutputBytes: 65_536 }
}

async function transcribe(
  host: WhisperHost,
  audio: SpeechAudio,
  request: SpeechRequest,
  watch: SpeechWatch,
): Promise<Recognition> {
  const program = await findWhisper(host)
  if (program === null) throw new RelayError('engine_missing', 'whisper-cli is gone.')
  const choice = await findModel(host, request, audio.durationSeconds)
  if (choice.kind === 'unavailable') throw refused(choice)
  const { model, warning } = choice
  // A folder of its own: what an earlier run wrote must not pass for the output of one that failed with exit code 0.
  const output = join(await mkdtemp(join(watch.workFolder, 'whisper-')), 'out')
  let furthest = 0
  const run = await runEngine('whisper-cli', program, whisperArgs(model, audio, request, output), {
    env: host.env,
    signal: watch.signal,
    maxOutputBytes: 65_536,
    onStderrLine: line => {
      const share = readWhisperProgress(line)
      if (share === null || share <= furthest) return
      furthest = share
      watch.onProgress(share * audio.durationSeconds)
    },
  })
  const text = await readOutput(output, run)
  return {
    language: text.language ?? request.language ?? 'en',
    model: model.name,
    version: await readVersion(program, host),
    timing: 'segment',
    segments: text.segments,
    warnings: [...(warning === null ? [] : [warning]), ...text.warnings],
  }
}

function whisperArgs(model: ModelFile, audio: SpeechAudio, request: SpeechRequest, output: string): string[] {
  const language = isEnglishOnly(model.name) ? 'en' : (request.language ?? 'auto')
  const threads = String(Math.min(8, availableParallelism()))
  const files = ['-m', model.path, '-f', audio.path, '-of', output]
  const again = request.again ? withoutContext : []
  return [...files, '-l', language, '-t', threads, ...again, '-oj', '-osrt', '-pp']
}

/** What an engine caught in a loop hears again and again is its own last text; without it, it comes out. */
const withoutContext = ['-mc', '0', '-sns']

/** whisper-cli exits 0 on most failures: only its output says whether it did its work. */
async function readOutput(output: string, run: EngineRun): Promise<WhisperText & { warnings: string[] }> {
  if (run.code === 0) {
    const json = readWhisperJson((await readEngineOutput(`${output}.json`)) ?? '')
    if (json !== null) return { ...json, warnings: [] }
    const srt = readSubtitles((await readEngineOutput(`${output}.srt`)) ?? '')
    if (srt !== null)
      return { ...srt, warnings: ['whisper-cli wrote broken JSON; its subtitles were read instead.'] }
  }
  throw failure(run)
}

const failures: readonly { readonly said: RegExp; readonly message: string; readonly hint: string }[] = [
  {
    said: /failed to initialize whisper context|bad magic/i,
    message: 'whisper-cli cannot load its model.',
    hint: 'The model file may be damaged: download it again.',
  },
  {
    said: /unknown language/i,
    message: 'whisper-cli does not know that language.',
    hint: 'Use an ISO 639-1 code such as en or de, or auto.',
  },
  {
    said: /unknown argument|requires value/i,
    message: 'This whisper-cli is too old or too new for relayq.',
    hint: 'Update whisper.cpp, or relayq, on the machine.',
  },
  { said: /failed to read audio/i, message: 'whisper-cli cannot read the audio.', hint: 'Try again.' },
]

function failure(run: EngineRun): RelayError {
  const known = failures.find(({ said }) => said.test(run.stderr))
  if (known !== undefined) return new RelayError('engine_failed', known.message, { hint: known.hint })
  const said = lastWords(run.stderr)
  return new RelayError(
    'engine_failed',
    `whisper-cli wrote no transcript (exit code ${run.code}). ${said}`.trim(),
    { hint: 'Run it by hand on the machine to see what it says.' },
  )
}
