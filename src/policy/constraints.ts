import type { Fleet, Runner } from '../model/runner.ts'
import type { Constraints } from './policy.ts'

/** What is known of a job's input before it runs; null: unknown. */
export interface InputFacts {
  readonly sizeBytes: number | null
}

/** `met` with remarks worth telling (such as what could not be checked), or `broken` with the reason. */
export type Fit =
  | { readonly kind: 'met'; readonly remarks: readonly string[] }
  | { readonly kind: 'broken'; readonly reason: string }

const megabyte = 1_000_000

/** Checks a machine (null: not known which) against a route's constraints. What is unknown is accepted and said. */
export function checkConstraints(
  constraints: Constraints,
  inputs: InputFacts,
  runner: Runner | null,
  facts: Fleet['facts'],
): Fit {
  const fits = [checkSize(constraints, inputs), checkFfmpeg(constraints, runner, facts)]
  const broken = fits.find(fit => fit.kind === 'broken')
  return broken ?? { kind: 'met', remarks: fits.flatMap(fit => (fit.kind === 'met' ? fit.remarks : [])) }
}

function checkSize({ maxSizeMb }: Constraints, { sizeBytes }: InputFacts): Fit {
  if (maxSizeMb === null) return met()
  if (sizeBytes === null) return met(`size unknown; the limit of ${maxSizeMb} MB holds while downloading`)
  if (sizeBytes <= maxSizeMb * megabyte) return met()
  const size = (sizeBytes / megabyte).toFixed(1)
  return { kind: 'broken', reason: `the input has ${size} MB, more than max_size_mb (${maxSizeMb})` }
}

function checkFfmpeg({ needsFfmpeg }: Constraints, runner: Runner | null, facts: Fleet['facts']): Fit {
  if (!needsFfmpeg) return met()
  if (!runner) return met('whether it has ffmpeg is unknown')
  if (runner.labels.some(label => label.toLowerCase() === 'ffmpeg')) return met()
  const reported = facts.get(runner.name)
  if (reported?.ffmpeg === true) return met(`reported ffmpeg on ${reported.reportedAt.slice(0, 10)}`)
  if (reported?.ffmpeg === false) {
    return { kind: 'broken', reason: `needs ffmpeg; it reported none on ${reported.reportedAt.slice(0, 10)}` }
  }
  return met('whether it has ffmpeg is unknown: no label ffmpeg, nothing reported')
}

function met(...remarks: string[]): Fit {
  return { kind: 'met', remarks }
}
