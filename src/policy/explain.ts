import { formatDuration } from '../base/duration.ts'
import type { Candidate, Decision } from './decision.ts'

/** A decision in words: the summary, what comes next, then one line per candidate with why, or why not. */
export function explainDecision(decision: Decision): readonly string[] {
  return [decision.summary, ...explainTimes(decision), ...decision.candidates.map(explainCandidate)]
}

/** A decision an older version kept has none of these. */
function explainTimes({ step, steps, queueTimeoutSeconds, notBefore }: Decision): readonly string[] {
  const place = `Step ${(step ?? 0) + 1} of ${steps}`
  return [
    ...(queueTimeoutSeconds == null
      ? []
      : [`${place}: after ${formatDuration(queueTimeoutSeconds)} of waiting the next is tried.`]),
    ...(notBefore == null ? [] : [`It may start at ${notBefore}.`]),
  ]
}

function explainCandidate({ label, runner, verdict, reasons }: Candidate): string {
  const name =
    runner === null || runner.toLowerCase() === label.toLowerCase() ? label : `${runner} (${label})`
  const mark = verdict === 'accepted' ? 'not needed' : verdict
  return `${name}: ${mark}: ${reasons.join('; ')}`
}
