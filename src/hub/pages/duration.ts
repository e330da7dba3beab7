import type { Millis } from '../../base/clock.ts'

/** `4 s`, `2 min 05 s`, `1 h 03 min`: from start to end, or to `now` while there is no end; '' before the start. */
export function formatSpan(startedAt: string | null, endedAt: string | null, now: Millis): string {
  if (startedAt === null) return ''
  const end = endedAt === null ? now : Date.parse(endedAt)
  const seconds = Math.max(0, Math.round((end - Date.parse(startedAt)) / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}
