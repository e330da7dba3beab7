import { shellWord } from '../../base/shell-word.ts'

/** problem: work is not done, or will not be. warning: it is, and may not be for long. ok: looked at, and well. */
export type Severity = 'problem' | 'warning' | 'ok'

/** What one look at a machine, a repository or a queue found. JSON through and through, and never a secret. */
export interface Finding {
  /** The check that found it: `runners`, `disk`. */
  readonly check: string
  readonly severity: Severity
  /** What is so, in one sentence. */
  readonly what: string
  /** What comes of it, in one sentence; null of what is well. */
  readonly why: string | null
  /** null: nothing to be done, or nothing that a command could do. */
  readonly mend: Mend | null
  /** A file with its line, an address, a machine; null where `what` says it all. */
  readonly where: string | null
}

/** What mends it. */
export interface Mend {
  /** What a person types, ready for a shell. */
  readonly command: string
  /**
   * Whether `--fix` runs it by itself: it can be run again without harm, loses nothing, asks nothing, costs nothing, and
   * needs no more rights than this process has.
   */
  readonly isSafe: boolean
  /** The same, word by word, for `--fix`: no shell reads it. null: it needs a person, or a shell. */
  readonly words: readonly string[] | null
}

interface Details {
  readonly why: string
  readonly mend?: Mend | null
  readonly where?: string | null
}

export function problem(check: string, what: string, details: Details): Finding {
  return bad('problem', check, what, details)
}

export function warning(check: string, what: string, details: Details): Finding {
  return bad('warning', check, what, details)
}

export function ok(check: string, what: string, where: string | null = null): Finding {
  return { check, severity: 'ok', what, why: null, mend: null, where }
}

/** Of something that could not be looked at: nobody knows whether it is well. */
export function unseen(check: string, because: string, details: Partial<Details> = {}): Finding {
  return warning(check, `could not be checked: ${because}`, {
    why: 'whether it is well is not known',
    ...details,
  })
}

/** `--fix` runs it. */
export function safeMend(words: readonly string[]): Mend {
  return { command: words.map(shellWord).join(' '), isSafe: true, words }
}

/** A person decides: it needs other rights, a choice, or a place that is not this machine. */
export function manualMend(command: string): Mend {
  return { command, isSafe: false, words: null }
}

function bad(severity: Severity, check: string, what: string, details: Details): Finding {
  const { why, mend = null, where = null } = details
  return { check, severity, what, why, mend, where }
}
