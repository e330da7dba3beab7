/** Seconds, or `[hh:]mm:ss`, both with up to three digits after the point. */
export const momentPattern =
  /^(?:(?:(?:(\d{1,2}):)?([0-5]?\d):)?([0-5]?\d(?:\.\d{1,3})?)|(\d{1,6}(?:\.\d{1,3})?))$/

/** In seconds; null for what is no moment. */
export function readMoment(text: string): number | null {
  const [match, hours, minutes, seconds, onlySeconds] = momentPattern.exec(text) ?? []
  if (match === undefined) return null
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? onlySeconds)
}
