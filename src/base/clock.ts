/** Milliseconds since the epoch. Decisions take a value of it; only loops and surfaces read a clock. */
export type Millis = number

/** Where a loop reads the time, so that a test can hold it still. */
export type Clock = () => Millis

/** RFC 3339 in UTC without fractions, as GitHub's REST API writes timestamps. */
export function isoSeconds(at: Millis): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

/** When the month of `at` began, in UTC: GitHub counts minutes by it. */
export function startOfMonth(at: Millis): string {
  return `${new Date(at).toISOString().slice(0, 7)}-01T00:00:00.000Z`
}
