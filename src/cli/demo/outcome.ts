import type { JobResult } from '../../model/result.ts'
import { wordErrors } from '../../speech/word-error-rate.ts'
import type { DemoJob } from './plan.ts'

/** What became of one job of the demo. */
export type DemoOutcome =
  | {
      readonly kind: 'succeeded'
      readonly runner: string
      readonly engine: string
      readonly audioSeconds: number
      /** The work on the runner, and all from sending to result. */
      readonly workSeconds: number
      readonly totalSeconds: number
      readonly transcript: string
      /** Word error rate; 0 is perfect. */
      readonly errorRate: number
    }
  | { readonly kind: 'failed'; readonly reason: string }

/** Judges a result against the text that was read aloud. A transcript from the wrong machine is a failure. */
export function judge(
  job: DemoJob,
  result: JobResult,
  parts: { readonly transcript: string; readonly reference: string; readonly totalSeconds: number },
): DemoOutcome {
  if (result.status === 'failed')
    return { kind: 'failed', reason: result.error?.message ?? 'no reason given' }
  const runner = result.runner.name
  if (runner !== job.runner) return { kind: 'failed', reason: `it ran on ${runner}, not on ${job.runner}` }
  const errorRate = wordErrors(parts.reference, parts.transcript).rate
  if (errorRate === null) return { kind: 'failed', reason: 'its reference text is empty' }
  return {
    kind: 'succeeded',
    runner,
    engine: result.engine?.name ?? 'unknown',
    audioSeconds: result.media?.durationSeconds ?? 0,
    workSeconds: (Date.parse(result.finishedAt) - Date.parse(result.startedAt)) / 1000,
    totalSeconds: parts.totalSeconds,
    transcript: parts.transcript.trim().replaceAll(/\s+/g, ' '),
    errorRate,
  }
}

/** The lines that report one job, the first a summary. */
export function describeOutcome(job: DemoJob, outcome: DemoOutcome, width: number): readonly string[] {
  if (outcome.kind === 'failed') return [`✗ ${job.title}: ${outcome.reason}`]
  const { runner, engine, audioSeconds, workSeconds, totalSeconds, errorRate, transcript } = outcome
  return [
    `✓ ${job.title}`,
    `  ${runner}, ${engine}: ${audioSeconds.toFixed(1)} s of speech in ${workSeconds.toFixed(1)} s` +
      ` (${totalSeconds.toFixed(1)} s from sending to text), word error rate ${percent(errorRate)}`,
    ...wrap(transcript, width - 4).map(line => `  | ${line}`),
  ]
}

/** The demo's last line; scripts read it. */
export function summarise(outcomes: readonly DemoOutcome[]): string {
  const succeeded = outcomes.filter(outcome => outcome.kind === 'succeeded')
  const worst = Math.max(0, ...succeeded.map(outcome => outcome.errorRate))
  return `demo: ${outcomes.length} jobs, ${succeeded.length} succeeded, worst WER ${percent(worst)}`
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(1)}%`
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return line === '' ? lines : [...lines, line]
}
