/** `<job>.<number>`: what an attempt is called in the dispatch inputs, and at the end of its run's name in brackets. */
export interface AttemptId {
  readonly job: string
  readonly number: number
}

const form = '([0-9A-Za-z_-]{1,64})\\.([1-9]\\d{0,5})'
const whole = new RegExp(`^${form}$`)
const atEnd = new RegExp(`\\[${form}\\]$`)

/** null for the id of a plain dispatch, which has no number, and for anything else. */
export function parseAttemptId(text: string): AttemptId | null {
  return attemptOf(whole.exec(text))
}

/** The attempt a run was started for, by its title; null for a run of another kind. */
export function attemptOfTitle(title: string): AttemptId | null {
  return attemptOf(atEnd.exec(title))
}

function attemptOf(match: RegExpExecArray | null): AttemptId | null {
  const [, job, number] = match ?? []
  return job === undefined ? null : { job, number: Number(number) }
}
