import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { download } from '../base/download.ts'
import { RelayError } from '../base/errors.ts'
import { findMediaTools } from '../media/ffmpeg.ts'
import { type NormalisedAudio, normalise } from '../media/normalise.ts'
import { probe } from '../media/probe.ts'
import { refuseNonMedia } from '../media/sniff.ts'
import type { Recognition, SpeechBackend, SpeechRequest } from '../speech/backend.ts'
import { chooseEngine, type EngineName, engineOrder } from '../speech/choose.ts'
import { parseFormats, renderText, renderTranscript } from '../speech/formats.ts'
import { pocketSphinx } from '../speech/pocketsphinx.ts'
import { type Segment, type Transcript, tidySegments } from '../speech/transcript.ts'
import { whisperCli } from '../speech/whisper-cli.ts'
import type { JobProduct, JobWork } from './kind-runner.ts'
import { usualProgramFolders, withoutSecrets } from './program-folders.ts'
import { transcriptSummary } from './transcript-summary.ts'

/** Speech to text: download, probe, normalise, recognise, write. What the machine lacks is found out before the download. */
export async function transcribe(work: JobWork): Promise<JobProduct> {
  const { context, inputs } = work
  const formats = parseFormats(inputs['formats'] ?? '')
  const request = readRequest(inputs, context.config)
  const env = withoutSecrets(context.env, context.config.secrets)
  const programFolders = context.programFolders ?? usualProgramFolders(context.env)
  const tools = await findMediaTools(env, programFolders)
  const { engine, warnings } = await selectEngine(work, request, env, programFolders)

  const file = await fetchInput(work)
  const facts = await probe(file.path, tools, context.signal)
  const audio = await normalise({ path: file.path, facts }, join(work.workFolder, 'audio.wav'), tools, {
    signal: context.signal,
    onProgress: everyQuarter(share => work.log(`${share} % of the audio is decoded`)),
  })
  work.log(`${audio.durationSeconds.toFixed(1)} s of ${facts.codec} audio, ${engine.name} is listening`)

  const began = context.clock()
  const recognition = await recognise(work, engine, audio, request)
  const segments = tidySegments(recognition.segments, audio.durationSeconds)
  const transcript: Transcript = {
    schema: 'relayq.transcript/1',
    source: { url: file.url, sha256: file.sha256, durationSec: audio.durationSeconds },
    engine: { backend: engine.name, version: recognition.version, model: recognition.model },
    language: recognition.language,
    text: textOf(segments),
    timing: recognition.timing,
    segments,
    warnings: [...warnings, ...audio.warnings, ...recognition.warnings, ...silenceWarning(segments)],
    usage: { audioSec: audio.durationSeconds, wallSec: (context.clock() - began) / 1000 },
    createdAt: new Date(context.clock()).toISOString(),
  }
  const files = Object.fromEntries(formats.map(format => [format, `transcript.${format}`]))
  for (const format of formats) {
    await writeFile(join(work.resultFolder, `transcript.${format}`), renderTranscript(transcript, format))
  }
  return {
    files,
    warnings: transcript.warnings,
    media: { durationSeconds: audio.durationSeconds, bytes: file.bytes },
    engine: { name: engine.name, model: recognition.model },
    preview: preview(transcript.text),
    summary: transcriptSummary(transcript),
  }
}

function readRequest(inputs: JobWork['inputs'], config: JobWork['context']['config']): SpeechRequest {
  const asked = inputs['model'] ?? ''
  const name = asked || config.whisperModel
  // The name becomes part of a path, and comes from outside.
  if (name !== '' && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
    const code = asked === '' ? 'invalid_config' : 'invalid_input'
    throw new RelayError(code, `"${name.slice(0, 40)}" is not the name of a model.`, {
      hint: 'Models are named like base, small or large-v3-turbo.',
    })
  }
  const language = readLanguage((inputs['language'] ?? '') || (config.language ?? ''))
  return { model: name === '' ? null : { name, asked: asked !== '' }, language }
}

function readLanguage(input: string): string | null {
  if (input === '' || input.toLowerCase() === 'auto') return null
  const match = /^([a-z]{2,3})(?:-[a-z]{2,4})?$/i.exec(input)
  if (match?.[1] !== undefined) return match[1].toLowerCase()
  throw new RelayError('invalid_input', `"${input.slice(0, 40)}" is not a language code.`, {
    hint: 'Languages are named by their ISO 639-1 code, such as en or de, or auto.',
  })
}

async function selectEngine(
  work: JobWork,
  request: SpeechRequest,
  env: NodeJS.ProcessEnv,
  programFolders: readonly string[],
): Promise<{ engine: SpeechBackend; warnings: string[] }> {
  const { config } = work.context
  const modelFolders = [...config.modelDirs, join(config.cacheHome, 'models')]
  const engines: Readonly<Record<EngineName, SpeechBackend>> = {
    'whisper-cli': whisperCli({ env, programFolders, modelFolders, program: config.whisperCli }),
    pocketsphinx: pocketSphinx({ env, programFolders }),
  }
  const order = engineOrder(work.inputs['backend'] ?? '', config.asrBackend)
  const candidates = await Promise.all(
    order.map(async name => ({ name, availability: await engines[name].check(request) })),
  )
  const { name, warnings } = chooseEngine(candidates)
  return { engine: engines[name], warnings }
}

interface FetchedInput {
  readonly path: string
  readonly bytes: number
  /** Without the query, which may hold a signature. */
  readonly url: string
  readonly sha256: string
}

async function fetchInput(work: JobWork): Promise<FetchedInput> {
  const { config, env, signal } = work.context
  const path = join(work.workFolder, 'input')
  const limit = Number(env['RELAYQ_MAX_SIZE_MB'] || Number.POSITIVE_INFINITY)
  const downloaded = everyQuarter(share => work.log(`${share} % is downloaded`))
  const { bytes, url } = await download({
    url: work.inputs['url'] ?? '',
    path,
    policy: { allowHosts: config.allowHosts, allowCidrs: config.allowCidrs },
    maxBytes: Math.min(Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit, config.maxDownloadMb) * 1e6,
    inspect: refuseNonMedia,
    onBytes: (received, total) => total !== null && downloaded(received / total),
    signal,
  })
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash, { signal })
  const { origin, pathname } = new URL(url)
  work.log(`downloaded ${(bytes / 1e6).toFixed(2)} MB from ${new URL(url).host}`)
  return { path, bytes, url: origin + pathname, sha256: hash.digest('hex') }
}

/** Calls back at 25, 50 and 75 %: enough for a log, where small files pass in one step and say nothing. */
function everyQuarter(tell: (percent: number) => void): (share: number) => void {
  let told = 0
  return share => {
    const quarter = Math.floor(share * 4)
    if (quarter <= told || quarter >= 4) return
    told = quarter
    tell(quarter * 25)
  }
}

async function recognise(
  work: JobWork,
  engine: SpeechBackend,
  audio: NormalisedAudio,
  request: SpeechRequest,
): Promise<Recognition> {
  const total = audio.durationSeconds
  const at = (done: number) =>
    work.progress({ percent: (done / total) * 100, doneSeconds: done, totalSeconds: total })
  at(0)
  const recognition = await engine.transcribe(audio, request, {
    signal: work.context.signal,
    workFolder: work.workFolder,
    // The end is reported once everything is heard: a last sentence may still be at work.
    onProgress: done => at(Math.min(done, total * 0.99)),
  })
  at(total)
  return recognition
}

function textOf(segments: readonly Segment[]): string {
  return renderText(segments).trimEnd()
}

function silenceWarning(segments: readonly Segment[]): string[] {
  return segments.length === 0 ? ['No speech was found in the recording.'] : []
}

const previewLength = 200

function preview(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > previewLength ? `${line.slice(0, previewLength - 3)}...` : line
}
