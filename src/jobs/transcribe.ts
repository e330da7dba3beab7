import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findMediaTools } from '../media/ffmpeg.ts'
import { type NormalisedAudio, normalise } from '../media/normalise.ts'
import { probe } from '../media/probe.ts'
import type { TranscriptFormat } from '../model/kinds.ts'
import type { Recognition, SpeechBackend, SpeechRequest } from '../speech/backend.ts'
import { parseFormats, renderText, renderTranscript, transcriptFile } from '../speech/formats.ts'
import { roundMs, type Segment, type Transcript, tidySegments } from '../speech/transcript.ts'
import { fetchInput } from './fetch-input.ts'
import type { JobProduct, JobWork } from './kind-runner.ts'
import { usualProgramFolders, withoutSecrets } from './program-folders.ts'
import { everyQuarter } from './progress-log.ts'
import { selectEngine } from './select-engine.ts'
import { readRequest } from './speech-request.ts'
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
  const fetchedAt = context.clock()
  const facts = await probe(file.path, tools, context.signal)
  const audio = await normalise({ path: file.path, facts }, join(work.workFolder, 'audio.wav'), tools, {
    signal: context.signal,
    onProgress: everyQuarter(context.clock, percent => work.log(`${percent} % of the audio is decoded`)),
  })
  work.log(`${audio.durationSeconds.toFixed(1)} s of ${facts.codec} audio, ${engine.name} is listening`)

  const began = context.clock()
  const recognition = await recognise(work, engine, audio, request)
  const durationSec = roundMs(audio.durationSeconds)
  const segments = tidySegments(recognition.segments, durationSec)
  const transcript: Transcript = {
    schema: 'relayq.transcript/1',
    source: { url: file.url, sha256: file.sha256, durationSec },
    engine: { backend: engine.name, version: recognition.version, model: recognition.model },
    language: recognition.language,
    text: renderText(segments).trimEnd(),
    timing: recognition.timing,
    segments,
    warnings: [...warnings, ...audio.warnings, ...recognition.warnings, ...silenceWarning(segments)],
    usage: { audioSec: durationSec, wallSec: (context.clock() - began) / 1000 },
    createdAt: new Date(context.clock()).toISOString(),
  }
  return {
    files: await writeFormats(work, transcript, formats),
    warnings: transcript.warnings,
    media: { durationSeconds: durationSec, bytes: file.bytes },
    engine: { name: engine.name, model: recognition.model },
    timing: { workSeconds: (context.clock() - fetchedAt) / 1000 },
    preview: preview(transcript.text),
    summary: transcriptSummary(transcript),
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

/** The names of the files written, by format. */
async function writeFormats(
  work: JobWork,
  transcript: Transcript,
  formats: readonly TranscriptFormat[],
): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const format of formats) {
    const name = transcriptFile(format)
    await writeFile(join(work.resultFolder, name), renderTranscript(transcript, format))
    files[format] = name
  }
  return files
}

function silenceWarning(segments: readonly Segment[]): string[] {
  return segments.length === 0 ? ['No speech was found in the recording.'] : []
}

const previewLength = 200

function preview(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > previewLength ? `${line.slice(0, previewLength - 3)}...` : line
}
