import { mkdtemp } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { RelayError } from '../base/errors.ts'
import { findProgram, isExecutable } from '../base/find-program.ts'
import { runProgram } from '../base/process.ts'
import { remembering } from '../base/remembering.ts'
import type {
  Availability,
  Recognition,
  SpeechAudio,
  SpeechBackend,
  SpeechRequest,
  SpeechWatch,
  Unavailable,
} from './backend.ts'
import { chooseModel, howToGetWhisperCpp, type ModelChoice } from './choose-model.ts'
import { readEngineOutput } from './engine-output.ts'
import { whisperLimits } from './model-memory.ts'
import { isEnglishOnly, listModels, type ModelFile } from './models.ts'
import { type EngineRun, refused, runEngine } from './run-engine.ts'
import { readSubtitles } from './subtitles.ts'
import { whisperFailure } from './whisper-failure.ts'
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

/** With a version that is asked for once: each part of a long recording would else ask again. */
interface WhisperCli extends WhisperHost {
  readonly version: (program: string) => Promise<string | null>
}

/** Longer than a job; a program may be updated while a process goes on. */
const versionHoldsMs = 3_600_000

/** whisper.cpp's command line (`whisper-cli`, in older Homebrew versions `whisper-cpp`, before that `main`). */
export function whisperCli(machine: WhisperHost): SpeechBackend {
  const ask = (program: string) => readVersion(program, machine)
  const host = { ...machine, version: remembering(ask, { most: 1, forMs: versionHoldsMs, clock: Date.now }) }
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

async function check(host: WhisperCli, request: SpeechRequest): Promise<Availability> {
  const program = await findWhisper(host)
  const asked = request.model?.asked ? request.model.name : null
  if (program === null) {
    const code = asked === null ? 'engine_missing' : 'model_missing'
    return { kind: 'unavailable', code, ...whyNotFound(host.program) }
  }
  const choice = await findModel(host, request, 0)
  if (choice.kind === 'unavailable') return { ...choice, place: program }
  const version = await host.version(program)
  const warning = choice.warning === null ? {} : { warning: choice.warning }
  return { kind: 'ready', model: choice.model.name, version, place: program, ...warning }
}

function whyNotFound(named: string | null): Pick<Unavailable, 'reason' | 'hint' | 'place'> {
  if (named !== null) {
    return {
      reason: `RELAYQ_WHISPER_CLI names ${named}, which is no program`,
      hint: 'Correct RELAYQ_WHISPER_CLI on the machine, or take it away where whisper-cli is on PATH.',
      place: named,
    }
  }
  return {
    reason: 'whisper-cli is not installed',
    hint: 'Install whisper.cpp on the machine: brew install whisper.cpp, or build it from source.',
  }
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
  host: WhisperCli,
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
    version: await host.version(program),
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
  throw whisperFailure(run)
}
