import { parseDuration } from '../base/duration.ts'
import { RelayError } from '../base/errors.ts'
import type { Flags } from './command.ts'

/** When a job may start at the earliest, as it was asked for. */
export type StartTime =
  | { readonly kind: 'at'; readonly iso: string }
  /** Local time, the next time a clock shows it. */
  | { readonly kind: 'clock'; readonly hour: number; readonly minute: number }
  | { readonly kind: 'in'; readonly seconds: number }

const clockTime = /^([01]?\d|2[0-3]):([0-5]\d)$/
/** ISO 8601 with a time; without a zone it is local. */
const isoTime = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?$/
/** A start further away is a slip of the keyboard. */
const longestSeconds = 3_650 * 86_400

/** Reads `--at` and `--in`; null: at once. Throws `usage`. */
export function parseStart(flags: Flags): StartTime | null {
  const { at, in: delay } = flags
  if (at !== undefined && delay !== undefined) {
    throw new RelayError('usage', '--at and --in cannot both be given.', { hint: 'Keep one.' })
  }
  if (at !== undefined) return parseAt(String(at))
  return delay === undefined ? null : parseDelay(String(delay))
}

/** ISO 8601 UTC; a time that is over means at once. */
export function startOf(start: StartTime, now: Date): string {
  switch (start.kind) {
    case 'at':
      return new Date(start.iso).toISOString()
    case 'in':
      return new Date(now.getTime() + start.seconds * 1000).toISOString()
    case 'clock': {
      const next = new Date(now)
      next.setHours(start.hour, start.minute, 0, 0)
      // By the calendar: a day on which the clocks are changed has not 24 hours.
      if (next <= now) next.setDate(next.getDate() + 1)
      return next.toISOString()
    }
  }
}

function parseAt(text: string): StartTime {
  const [, hour, minute] = clockTime.exec(text) ?? []
  if (hour !== undefined) return { kind: 'clock', hour: Number(hour), minute: Number(minute) }
  if (isCalendarTime(text)) return { kind: 'at', iso: text }
  throw new RelayError('usage', `--at cannot be "${text}".`, {
    hint: 'Give a time such as 22:30, 2026-12-31T22:30 or 2026-12-31T22:30:00Z.',
  })
}

/** `Date` takes the 30th of February for the 2nd of March. */
function isCalendarTime(text: string): boolean {
  const [, year, month, day] = isoTime.exec(text) ?? []
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return date.getUTCDate() === Number(day) && !Number.isNaN(Date.parse(text))
}

function parseDelay(text: string): StartTime {
  const seconds = parseDuration(text)
  if (seconds !== null && seconds <= longestSeconds) return { kind: 'in', seconds }
  throw new RelayError('usage', `--in cannot be "${text}".`, {
    hint: 'Give a duration of at most ten years, such as 90s, 30m, 8h or 2d.',
  })
}
