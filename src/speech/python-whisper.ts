import { mkdtemp, readdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'
import { RelayError } from '../base/errors.ts'
import { findProgram } from '../base/find-program.ts'
import { outOfMemory } from '../base/out-of-memory.ts'
import type {
  Availability,
  Recognition,
  SpeechAudio,
  SpeechBackend,
  SpeechRequest,
  SpeechWatch,
} from './backend.ts'
import { chooseModel, type ModelChoice } from './choose-model.ts'
import { lastWords, readEngineOutput } from './engine-output.ts'
import { fullModelName } from './model-catalogue.ts'
import { whisperLimits } from './model-memory.ts'
import { isEnglishOnly, type ModelFile } from './models.ts'
import type { EngineHost } from './pocketsphinx.ts'
import { pythonVersion } from './python-version.ts'
import { type EngineRun, refused, runEngine } from './run-engine.ts'
import { readHeardLine, readWhisperJson } from './whisper-output.ts'

export interface PythonHost extends EngineHost {
  /** All the memory a model may use, in MB. */
  readonly memoryMb: number
  /** Whether these programs may fetch a model that is not here; they would do so unasked. */
  readonly mayDownload: boolean
}

/** One of the programs that are called, and write, as OpenAI's Whisper does. */
export interface PythonWhisper {
  readonly name: string
  readonly program: string
  /** Its package on PyPI. */
  readonly distribution: string
  readonly howToInstall: string
  readonly listModels: (env: NodeJS.ProcessEnv) => Promise<readonly ModelFile[]>
  /** What the program downloads a model of this name by. */
  readonly remoteName: (name: string) => string
  /** The command that brings a model. */
  readonly howToGet: (name: string) => string
  readonly args: (call: PythonCall) => readonly string[]
}

interface PythonCall {
  readonly audio: string
  /** Empty: whatever JSON is in it afterwards is the output. */
  readonly outputFolder: string
  /** A path, or a name to download by. */
  readonly model: string
  readonly isLocal: boolean
  /** null: whatever is spoken. */
  readonly language: string | null
  readonly threads: number
}

export function pythonWhisper(engine: PythonWhisper, host: PythonHost): SpeechBackend {
  return {
    name: engine.name,
    listModels: async () => {
      if ((await find(engine, host)) === null) return null
      return (await engine.listModels(host.env)).map(({ name }) => name)
    },
    check: request => check(engine, host, request),
    limits: whisperLimits,
    transcribe: (audio, request, watch) => transcribe(engine, host, { audio, request, watch }),
  }
}

function find(engine: PythonWhisper, host: EngineHost): Promise<string | null> {
  return findProgram([engine.program], host.env['PATH'], host.programFolders)
}

/** Looks at files only: these programs take seconds to say as much as their version. */
async function check(engine: PythonWhisper, host: PythonHost, request: SpeechRequest): Promise<Availability> {
  const place = await find(engine, host)
  if (place === null) {
    return {
      kind: 'unavailable',
      code: request.model?.asked ? 'model_missing' : 'engine_missing',
      reason: `${engine.name} is not installed`,
      hint: `Install it on the machine: ${engine.howToInstall}`,
    }
  }
  const choice = await findModel(engine, host, request, 0)
  if (choice.kind === 'unavailable') return { ...choice, place }
  const version = await pythonVersion(place, engine.distribution)
  const warning = choice.warning === null ? {} : { warning: choice.warning }
  return { kind: 'ready', model: choice.model.name, version, place, ...warning }
}

async function findModel(
  engine: PythonWhisper,
  { env, memoryMb, mayDownload }: PythonHost,
  request: SpeechRequest,
  audioSeconds: number,
): Promise<ModelChoice> {
  const here = await engine.listModels(env)
  const wanted = fullModelName(request.model?.name ?? 'base')
  const isHere = here.some(({ name }) => name === wanted)
  const remote = mayDownload && !isHere ? [{ name: wanted, path: engine.remoteName(wanted) }] : []
  return chooseModel(request, {
    models: [...here, ...remote],
    memoryMb,
    audioSeconds,
    howToGet: name => `Get it there: ${engine.howToGet(name)}`,
  })
}

interface Work {
  readonly audio: SpeechAudio
  readonly request: SpeechRequest
  readonly watch: SpeechWatch
}

async function transcribe(engine: PythonWhisper, host: PythonHost, work: Work): Promise<Recognition> {
  const { audio, request, watch } = work
  const program = await find(engine, host)
  if (program === null) throw new RelayError('engine_missing', `${engine.name} is gone.`)
  const choice = await findModel(engine, host, request, audio.durationSeconds)
  if (choice.kind === 'unavailable') throw refused(choice)
  const { model, warning } = choice
  const outputFolder = await mkdtemp(join(watch.workFolder, 'whisper-'))
  const call: PythonCall = {
    audio: audio.path,
    outputFolder,
    model: model.path,
    isLocal: model.path.startsWith('/'),
    language: isEnglishOnly(model.name) ? 'en' : request.language,
    threads: Math.min(8, availableParallelism()),
  }
  const run = await listen(engine, program, call, host, work)
  const text = readWhisperJson(await readOnlyJson(outputFolder))
  if (run.code !== 0 || text === null) throw failure(engine, run)
  return {
    language: text.language ?? request.language ?? 'en',
    model: model.name,
    version: await pythonVersion(program, engine.distribution),
    timing: text.segments.some(({ words }) => words !== undefined) ? 'word' : 'segment',
    segments: text.segments,
    warnings: warning === null ? [] : [warning],
  }
}

/** What they say they skipped, which may be long before the end of what they say. */
type PythonRun = EngineRun & { readonly skipped: string | null }

async function listen(
  engine: PythonWhisper,
  program: string,
  call: PythonCall,
  host: PythonHost,
  { audio, watch }: Work,
): Promise<PythonRun> {
  let furthest = 0
  let skipped: string | null = null
  const onLine = (line: string) => {
    if (/^Skipping .* due to |Unable to process file/.test(line)) skipped = line
    const heard = Math.min(readHeardLine(line) ?? 0, audio.durationSeconds)
    if (heard <= furthest) return
    furthest = heard
    watch.onProgress(heard)
  }
  const run = await runEngine(engine.name, program, engine.args(call), {
    env: pythonEnvironment(host),
    signal: watch.signal,
    maxOutputBytes: 65_536,
    onStdoutLine: onLine,
    onStderrLine: onLine,
  })
  return { ...run, skipped }
}

/** Offline, in UTF-8, each line at once; and with a PATH on which they find the ffmpeg they call. */
function pythonEnvironment({ env, programFolders, mayDownload }: PythonHost): NodeJS.ProcessEnv {
  const offline = mayDownload ? {} : { HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1' }
  const path = [env['PATH'] ?? '', ...programFolders].filter(folder => folder !== '').join(delimiter)
  return { ...env, ...offline, PATH: path, PYTHONUNBUFFERED: '1', PYTHONUTF8: '1' }
}

/** The programs name the file each by its own rule; the folder was empty before. '' when there is none. */
async function readOnlyJson(folder: string): Promise<string> {
  const [file] = (await readdir(folder)).filter(name => name.endsWith('.json'))
  return file === undefined ? '' : ((await readEngineOutput(join(folder, file))) ?? '')
}

/** They exit 0 on most failures, having said what they skipped. */
function failure({ name }: PythonWhisper, run: PythonRun): RelayError {
  const said = `${run.skipped ?? ''}\n${run.stderr}`
  if (/out of memory|MemoryError|can't allocate memory/i.test(said)) {
    return outOfMemory(name, 'Use a smaller model, or a machine with more memory.')
  }
  const why = run.skipped?.replace(/^Skipping .*? due to /, '').slice(0, 200) ?? lastWords(run.stderr)
  const reason = `${name} wrote no transcript (exit code ${run.code}). ${why}`.trim()
  return new RelayError('engine_failed', reason, {
    hint: 'Run it by hand on the machine to see what it says.',
  })
}
