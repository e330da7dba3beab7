import type { Millis } from '../base/clock.ts'

/** Hours of the day in one time zone, from the first minute up to the last, which is outside. May pass midnight. */
export interface Hours {
  /** In minutes from midnight. */
  readonly from: number
  readonly to: number
  /** As Intl knows it, such as Europe/Berlin. */
  readonly timeZone: string
}

const minutesOfDay = 1_440
const minuteMs = 60_000

/** Reads `22:00` as minutes from midnight; null for anything else. */
export function parseTimeOfDay(text: string): number | null {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text)
  return match ? Number(match[1]) * 60 + Number(match[2]) : null
}

export function formatTimeOfDay(minutes: number): string {
  const pad = (value: number) => String(value).padStart(2, '0')
  return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** When the hours begin next; null while they last. Where the clock skips their first minute, within the hour after it. */
export function nextStart(hours: Hours, now: Millis): Millis | null {
  const minute = minuteOfDay(now, hours.timeZone)
  if (isWithin(hours, minute)) return null
  const thisMinute = Math.floor(now / minuteMs) * minuteMs
  const guess = thisMinute + ((hours.from - minute + minutesOfDay) % minutesOfDay) * minuteMs
  // The clock may be set between now and then: by so much the guess is early or late.
  const off = minuteOfDay(guess, hours.timeZone) - hours.from
  const wrapped = ((off + minutesOfDay * 1.5) % minutesOfDay) - minutesOfDay / 2
  const corrected = guess - wrapped * minuteMs
  return isWithin(hours, minuteOfDay(corrected, hours.timeZone)) ? corrected : guess
}

function isWithin({ from, to }: Hours, minute: number): boolean {
  return from < to ? minute >= from && minute < to : minute >= from || minute < to
}

function minuteOfDay(at: Millis, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  })
  return parseTimeOfDay(format.format(at)) ?? 0
}
