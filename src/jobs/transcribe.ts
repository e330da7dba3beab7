import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inBlocks } from '../base/in-blocks.ts'
import { findMediaTools } from '../media/ffmpeg.ts'
import { normalise } from '../media/normalise.ts'
import { probe } from '../media/probe.ts'
import type { Finding } from '../model/finding.ts'
import type { TranscriptFormat } from '../model/kinds.ts'
import { parseFormats, renderText, transcriptFile, transcriptParts } from '../speech/formats.ts'
import { roundMs, type Segment, type Transcript, tidySegments } from '../speech/transcript.ts'
import { fetchInput } from './fetch-input.ts'
import { type HeardAudio, hearAudio } from './hear-audio.ts'
import type { JobProduct, JobWork } from './kind-runner.ts'
import { usualProgramFolders, withoutSecrets } from './program-folders.ts'
import { everyQuarter } from './progress-log.ts'
import { readVerify } from './require-certain.ts'
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
  const selected = await selectEngine(work, request, env, programFolders)

  const file = await fetchInput(work, 'sound')
  const fetchedAt = context.clock()
  const facts = await probe(file.path, tools, context.signal)
  const audio = await normalise({ path: file.path, facts }, join(work.workFolder, 'audio.wav'), tools, {
    signal: context.signal,
    onProgress: everyQuarter(context.clock, percent => work.log(`${percent} % of the audio is decoded`)),
  })
  const { engine } = selected
  work.log(`${audio.durationSeconds.toFixed(1)} s of ${facts.codec} audio, ${engine.name} is listening`)

  const began = context.clock()
  const verifies = readVerify(context.env) !== 'off'
  const { sha256 } = file
  const { durationSeconds: claimedSeconds } = facts
  const heard = await hearAudio(work, { audio, sha256, claimedSeconds, request, selected, verifies })
  const transcript = composeTranscript({
    source: { url: file.url, sha256, durationSec: roundMs(audio.durationSeconds) },
    backend: engine.name,
    heard,
    warnings: { before: selected.warnings, after: verifies ? messagesOf(heard.findings) : audio.warnings },
    began,
    now: context.clock(),
  })
  const files = await writeFormats(work, transcript, formats)
  await heard.checkpoints.clear()
  return {
    files,
    warnings: transcript.warnings,
    doubts: transcript.doubts,
    source: { url: file.url, foundOn: file.foundOn },
    media: { durationSeconds: transcript.source.durationSec, bytes: file.bytes },
    engine: { name: engine.name, model: transcript.engine.model },
    timing: { workSeconds: (context.clock() - fetchedAt) / 1000 },
    outputs: {
      transcript: firstWords(transcript.text),
      duration: transcript.source.durationSec.toFixed(1),
      engine: engine.name,
    },
    summary: transcriptSummary(transcript),
  }
}

/** What was heard, as it is handed on; `began` and `now` are the clock's. */
function composeTranscript(of: {
  readonly source: Transcript['source']
  readonly backend: string
  readonly heard: HeardAudio
  /** What was said before anything was heard, and what its looking over brought. */
  readonly warnings: { readonly before: readonly string[]; readonly after: readonly string[] }
  readonly began: number
  readonly now: number
}): Transcript {
  const { source, heard, warnings } = of
  const { recognition, findings, dropped } = heard
  const segments = tidySegments(heard.segments, source.durationSec)
  return {
    schema: 'relayq.transcript/1',
    source,
    engine: { backend: of.backend, version: recognition.version, model: recognition.model },
    language: recognition.language,
    text: renderText(segments).trimEnd(),
    timing: recognition.timing,
    segments,
    warnings: [...warnings.before, ...recognition.warnings, ...silenceWarning(segments), ...warnings.after],
    doubts: findings,
    dropped,
    usage: { audioSec: source.durationSec, wallSec: (of.now - of.began) / 1000 },
    createdAt: new Date(of.now).toISOString(),
  }
}

function messagesOf(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ message }) => message)
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
    await writeFile(join(work.resultFolder, name), inBlocks(transcriptParts(transcript, format)))
    files[format] = name
  }
  return files
}

function silenceWarning(segments: readonly Segment[]): string[] {
  return segments.length === 0 ? ['No speech was found in the recording.'] : []
}

const firstWordsLength = 200

function firstWords(text: string): string {
  const line = text.slice(0, 2 * firstWordsLength).replaceAll(/\s+/g, ' ')
  return line.length > firstWordsLength ? `${line.slice(0, firstWordsLength - 3)}...` : line
}
