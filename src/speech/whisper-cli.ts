import { mkdtemp, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { RelayError, systemErrorCode } from '../base/errors.ts'
import { findProgram, isExecutable } from '../base/find-program.ts'
import { runProgram } from '../base/process.ts'
import type {
  Availability,
  MachineSize,
  Recognition,
  SpeechAudio,
  SpeechBackend,
  SpeechLimits,
  SpeechRequest,
  SpeechWatch,
} from './backend.ts'
import { downloadCommand, listModels, type ModelFile, pickModel } from './models.ts'
import { type EngineRun, runEngine } from './run-engine.ts'
import { readSrt, readWhisperJson, readWhisperProgress, type WhisperText } from './whisper-output.ts'

export interface WhisperHost {
  readonly env: NodeJS.ProcessEnv
  /** Searched after PATH. */
  readonly programFolders: readonly string[]
  /** The last is where a missing model is told to be put. */
  readonly modelFolders: readonly string[]
  /** A path from the configuration; null: search for it. */
  readonly program: string | null
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
  const model = pickModel(await listModels(host.modelFolders), request.model?.name ?? null)
  if (model !== null && speaks(model, request.language)) {
    return { kind: 'ready', model: model.name, version: await readVersion(program, host) }
  }
  const name = request.model?.name ?? 'base'
  const folder = host.modelFolders.at(-1) ?? '.'
  return {
    kind: 'unavailable',
    code: 'model_missing',
    reason:
      model === null
        ? `the whisper model "${name}" is not on this machine`
        : `the whisper model "${name}" knows English only, not "${request.language}"`,
    hint: `Get it there: ${downloadCommand(model === null ? name : name.replace('.en', ''), folder)}`,
  }
}

/**
 * A call keeps its whole recording in memory, half a gigabyte per hour beside the model, and costs at least one window
 * of 30 seconds, however short the recording.
 */
function whisperLimits({ memoryMb }: MachineSize): SpeechLimits {
  const mostSeconds = memoryMb < 1536 ? 600 : 1800
  return { leastSeconds: 300, mostSeconds, parallel: 1, memoryMb: memoryMb / 2 }
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
  const outcome = await runProgram(program, ['--help'], { env: host.env, timeoutMs: 5000 })
  return outcome.kind === 'exited' && /whisper/i.test(outcome.stdout + outcome.stderr)
}

/** Known since 1.8.7; older ones take --version for a mistake and exit 0 all the same. */
async function readVersion(program: string, host: WhisperHost): Promise<string | null> {
  const outcome = await runProgram(program, ['--version'], { env: host.env, timeoutMs: 5000 })
  const stdout = outcome.kind === 'exited' ? outcome.stdout : ''
  return /version:\s*(\S+)/.exec(stdout)?.[1] ?? null
}

/** Models whose name ends in .en know English only. */
function speaks(model: ModelFile, language: string | null): boolean {
  return language === null || language === 'en' || !isEnglishOnly(model)
}

function isEnglishOnly(model: ModelFile): boolean {
  return /\.en(?:-|$)/.test(model.name)
}

async function transcribe(
  host: WhisperHost,
  audio: SpeechAudio,
  request: SpeechRequest,
  watch: SpeechWatch,
): Promise<Recognition> {
  const program = await findWhisper(host)
  const model = pickModel(await listModels(host.modelFolders), request.model?.name ?? null)
  if (program === null || model === null)
    throw new RelayError('engine_missing', 'whisper-cli or its model is gone.')
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
    warnings: text.warnings,
  }
}

function whisperArgs(model: ModelFile, audio: SpeechAudio, request: SpeechRequest, output: string): string[] {
  const language = isEnglishOnly(model) ? 'en' : (request.language ?? 'auto')
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
    const json = readWhisperJson(await readText(`${output}.json`))
    if (json !== null) return { ...json, warnings: [] }
    const srt = readSrt(await readText(`${output}.srt`))
    if (srt !== null)
      return { ...srt, warnings: ['whisper-cli wrote broken JSON; its subtitles were read instead.'] }
  }
  throw failure(run)
}

/** Invalid UTF-8, which old versions can write, becomes the replacement character. '' when there is no such file. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return ''
    throw thrown
  }
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
  const last = run.stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
  return new RelayError(
    'engine_failed',
    `whisper-cli wrote no transcript (exit code ${run.code}). ${last}`.trim(),
    {
      hint: 'Run it by hand on the machine to see what it says.',
    },
  )
}
