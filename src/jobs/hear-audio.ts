import { open } from 'node:fs/promises'
import { join } from 'node:path'
import {
  findSilences,
  inaudibleThreshold,
  quietestMoment,
  readLevels,
  type Silence,
} from '../media/silence.ts'
import type { Finding } from '../model/finding.ts'
import type { Recognition, SpeechAudio, SpeechRequest } from '../speech/backend.ts'
import { type Checkpoints, noCheckpoints, openCheckpoints } from '../speech/checkpoints.ts'
import { type Span, splitBySound } from '../speech/coverage.ts'
import { type HearingPlan, hear, knownLanguage } from '../speech/hear.ts'
import { hearDoubtsAgain, type Listener, type SecondWatch } from '../speech/second-hearing.ts'
import { planChunks, widthOf } from '../speech/split.ts'
import { finding, type Heard } from '../speech/verify.ts'
import type { JobWork } from './kind-runner.ts'
import { machineSize } from './machine.ts'
import type { SelectedEngine } from './select-engine.ts'

export interface HearingJob {
  readonly audio: SpeechAudio
  readonly sha256: string
  /** As the file says. */
  readonly claimedSeconds: number | null
  readonly request: SpeechRequest
  readonly selected: SelectedEngine
  /** Whether what was heard is looked at, and doubtful spans are heard again. */
  readonly verifies: boolean
}

export interface HeardAudio {
  readonly recognition: Recognition
  readonly segments: Recognition['segments']
  readonly findings: readonly Finding[]
  readonly dropped: Recognition['segments']
  readonly checkpoints: Checkpoints
}

/** Hears a recording of any length: in chunks as the engine and the machine allow, and where it is doubted, once more. */
export async function hearAudio(work: JobWork, job: HearingJob): Promise<HeardAudio> {
  const { audio, request, selected } = job
  const tell = progressOf(work, audio)
  tell(0)
  const { silences, emptiness, plan } = await studySound(job)
  const isSplit = plan.chunks.length > 1
  if (isSplit) work.log(`it is heard in ${plan.chunks.length} parts, ${plan.width} at once`)
  const checkpoints = isSplit ? await checkpointsOf(work, job) : noCheckpoints
  const { signal } = work.context
  // The end is reported once everything is heard: a last sentence may still be at work.
  const onProgress = (done: number) => tell(Math.min(done, audio.durationSeconds * 0.99))
  const { workFolder, purse, log: onTrouble } = work
  const watch = { signal, workFolder, onProgress, onTrouble, purse, recordingSeconds: audio.durationSeconds }
  const recognition = await hear(audio, { ...selected, request }, { ...plan, checkpoints }, watch)
  const verified = job.verifies
    ? await verify(job, recognition, { silences, emptiness }, { ...watch, onDoubts: tellDoubts(work) })
    : { segments: recognition.segments, findings: [], dropped: [] }
  tell(audio.durationSeconds)
  return { recognition, ...verified, checkpoints }
}

async function verify(
  job: HearingJob,
  recognition: Recognition,
  { silences, emptiness }: Pick<StudiedSound, 'silences' | 'emptiness'>,
  watch: SecondWatch,
): Promise<Pick<HeardAudio, 'segments' | 'findings' | 'dropped'>> {
  const { audio, claimedSeconds, request } = job
  const { audible, silent } = splitBySound(recognition.segments, emptiness)
  const heard: Heard = {
    ...{ durationSeconds: audio.durationSeconds, claimedSeconds, silences, segments: audible },
    ...{ language: recognition.language, askedLanguage: request.language },
  }
  const again = await hearDoubtsAgain(audio, heard, await listenersOf(job, recognition), watch)
  const findings = [...again.findings, ...silent.map(unsounded)].sort((a, b) => a.start - b.start)
  return { segments: again.segments, findings, dropped: silent }
}

/** Seconds: the gap between two sentences of a quick speaker. */
const shortestPause = 0.2
/** Seconds without any sound that an engine may fill with words of its own. */
const shortestEmptiness = 2

interface StudiedSound {
  readonly silences: readonly Silence[]
  /** Where nobody can be heard. */
  readonly emptiness: readonly Silence[]
  readonly plan: Omit<HearingPlan, 'checkpoints'>
}

/** All that the loudness of a recording tells. The levels themselves, 1.4 MB for an hour, are not kept. */
async function studySound(job: HearingJob): Promise<StudiedSound> {
  const levels = await levelsOf(job.audio)
  const silences = findSilences(levels, shortestPause)
  const emptiness = findSilences(levels, shortestEmptiness, inaudibleThreshold(levels))
  return { silences, emptiness, plan: planHearing(job, silences, levels) }
}

async function levelsOf({ path }: SpeechAudio): Promise<Float32Array> {
  const file = await open(path)
  try {
    return await readLevels(file)
  } finally {
    await file.close()
  }
}

function planHearing({ audio, selected }: HearingJob, silences: readonly Silence[], levels: Float32Array) {
  const machine = machineSize()
  const limits = selected.engine.limits?.(machine) ?? null
  const width = limits === null ? 1 : widthOf(limits, machine)
  const source = {
    durationSeconds: audio.durationSeconds,
    silences,
    quietestMoment: (from: number, to: number) => quietestMoment(levels, from, to),
  }
  return { chunks: planChunks(source, limits, width), width }
}

async function checkpointsOf(work: JobWork, { sha256, request, selected }: HearingJob): Promise<Checkpoints> {
  const { context } = work
  const { engine, model, version } = selected
  const identity = { sha256, engine: engine.name, model, version, language: request.language }
  const kept = await openCheckpoints(join(context.config.cacheHome, 'chunks'), identity, context.clock())
  let isTold = false
  const load: Checkpoints['load'] = async chunk => {
    const known = await kept.load(chunk)
    if (known !== null && !isTold) work.log('parts that an earlier try has heard are not heard again')
    isTold ||= known !== null
    return known
  }
  return { ...kept, load }
}

function tellDoubts(work: JobWork) {
  return (spans: readonly Span[]) => {
    const seconds = spans.reduce((sum, { start, end }) => sum + end - start, 0)
    const what = spans.length === 1 ? 'a doubtful part is' : `${spans.length} doubtful parts are`
    work.log(`${what} heard again, ${seconds.toFixed(0)} s in all`)
  }
}

/** Tells how far the job is, in seconds of the recording. */
function progressOf(work: JobWork, { durationSeconds: totalSeconds }: SpeechAudio) {
  return (doneSeconds: number) =>
    work.progress({ percent: (doneSeconds / totalSeconds) * 100, doneSeconds, totalSeconds })
}

/** The engine itself where it has another way to hear, then the next one that is ready for this language. */
async function listenersOf(
  { request, selected }: HearingJob,
  { language }: Recognition,
): Promise<Listener[]> {
  const asked = { ...request, language: request.language ?? knownLanguage(language) }
  const same = selected.engine.hearsAgain
    ? [{ engine: selected.engine, request: { ...asked, again: true } }]
    : []
  const availability = await selected.next?.check(asked)
  if (selected.next === null || availability?.kind !== 'ready') return same
  return [...same, { engine: selected.next, request: asked }]
}

function unsounded({
  start,
  end,
  text,
}: {
  readonly start: number
  readonly end: number
  readonly text: string
}) {
  return finding(
    'no_sound',
    { start, end },
    'note',
    `"${text.slice(0, 60)}" was left out: nothing is to be heard there`,
  )
}
