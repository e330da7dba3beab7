/**
 * Every way RelayQ can fail, and the exit code each ends a command with. One table, so that a script may rely on it:
 * 0 done, 1 failed, 2 wrong usage, 3 cancelled, expired or superseded, 4 not allowed, 5 still pending, 75 temporary (EX_TEMPFAIL).
 * What each means and what mends it stands in error-catalogue.ts.
 */
export const errorCodes = {
  usage: 2,
  unknown_workflow: 2,
  unknown_kind: 2,
  invalid_input: 2,
  invalid_policy: 2,
  invalid_config: 2,
  invalid_workflow: 2,
  not_built: 2,
  job_not_found: 1,
  job_failed: 1,
  job_cancelled: 3,
  no_broker: 4,
  not_authorized: 4,
  still_pending: 5,
  broker_unreachable: 75,
  broker_unavailable: 75,
  broker_rejected: 1,
  protocol_mismatch: 75,
  port_in_use: 1,
  url_not_found: 1,
  url_refused: 1,
  url_forbidden: 1,
  not_media: 1,
  bad_media: 1,
  too_large: 1,
  rate_limited: 75,
  download_truncated: 75,
  download_failed: 75,
  ffmpeg_missing: 75,
  engine_missing: 75,
  model_missing: 75,
  engine_failed: 1,
  doubtful_result: 1,
  script_unusable: 1,
  script_failed: 1,
  script_put_off: 75,
  service_unavailable: 75,
  service_rejected: 1,
  key_refused: 75,
  quota_exceeded: 1,
  cloud_forbidden: 1,
  out_of_memory: 75,
  tool_missing: 75,
  runner_not_found: 1,
  runner_name_taken: 1,
  runner_offline: 1,
  service_manager: 1,
  unsupported_machine: 1,
  disk_full: 75,
  database_locked: 75,
  file_unusable: 1,
  cancelled: 3,
  superseded: 3,
  timeout: 75,
  internal: 1,
} as const

export type ErrorCode = keyof typeof errorCodes

/** Whether a word from a result.json, which another version may have written, is a code of this table. */
export function isErrorCode(word: string): word is ErrorCode {
  return Object.hasOwn(errorCodes, word)
}

interface RelayErrorOptions {
  /** What to do next: a sentence, ideally with the command to type. */
  readonly hint?: string
  readonly cause?: unknown
}

/** The one error class: `code` from the table above, a message of one clear sentence, and a hint for the next step. */
export class RelayError extends Error {
  override readonly name = 'RelayError'
  readonly code: ErrorCode
  readonly hint: string | null

  constructor(code: ErrorCode, message: string, options: RelayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint ?? null
  }

  get exitCode(): number {
    return errorCodes[this.code]
  }

  toJSON(): { code: ErrorCode; message: string; hint: string | null } {
    return { code: this.code, message: this.message, hint: this.hint }
  }
}

/** Turns whatever was thrown into an Error, so that a catch block never handles `unknown` twice. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

/** The `code` of a Node system error such as ENOENT, or null. */
export function systemErrorCode(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown)) return null
  return typeof thrown.code === 'string' ? thrown.code : null
}

/** What went wrong and what to do next, in one line. */
export function explain(thrown: unknown): string {
  const { message } = asError(thrown)
  if (!(thrown instanceof RelayError) || thrown.hint === null) return message
  return `${message}${/[.!?]$/.test(message) ? '' : '.'} ${thrown.hint}`
}
