import type { Candidate, Decision } from './decision.ts'

/** A decision in words: the summary, then one line per candidate with why, or why not. */
export function explainDecision(decision: Decision): readonly string[] {
  return [decision.summary, ...decision.candidates.map(explainCandidate)]
}

function explainCandidate({ label, runner, verdict, reasons }: Candidate): string {
  const name =
    runner === null || runner.toLowerCase() === label.toLowerCase() ? label : `${runner} (${label})`
  const mark = verdict === 'accepted' ? 'not needed' : verdict
  return `${name}: ${mark}: ${reasons.join('; ')}`
}
