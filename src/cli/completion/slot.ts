import { kinds } from '../../model/kinds.ts'
import type { ValueDescription } from '../describe-commands.ts'

/** What may be typed at one place of a command line. */
export type Slot =
  | { readonly kind: 'one' | 'several'; readonly words: readonly string[] }
  /** Ids of jobs, names of runners, files: found when they are asked for. */
  | { readonly kind: 'jobs' | 'runners' | 'files' }
  /** `name=value`, or a file. */
  | { readonly kind: 'inputs'; readonly names: readonly string[] }
  | { readonly kind: 'text' }

/** By what stands in the brackets: a command that calls its values by these names has them completed. */
const slots: Readonly<Record<string, Slot>> = {
  id: { kind: 'jobs' },
  ids: { kind: 'jobs' },
  job: { kind: 'jobs' },
  runner: { kind: 'runners' },
  file: { kind: 'files' },
  folder: { kind: 'files' },
  workflow: { kind: 'files' },
  inputs: { kind: 'inputs', names: inputNames() },
}

export function slotOf({ name, choices }: ValueDescription): Slot {
  if (choices.length > 0) return { kind: isPlural(name) ? 'several' : 'one', words: choices }
  return slots[name] ?? { kind: 'text' }
}

/** `states` and `fields`, not `class`. */
function isPlural(name: string): boolean {
  return /[^s]s$/.test(name)
}

function inputNames(): readonly string[] {
  return [...new Set(kinds.flatMap(({ inputs }) => inputs.map(({ name }) => name)))]
}
