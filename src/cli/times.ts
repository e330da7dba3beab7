import type { Streams } from './streams.ts'

/** Time as it is shown: short and local to a person at a terminal, ISO 8601 UTC to a program behind a pipe. */
export interface Times {
  /** How long ago it was. */
  readonly age: (iso: string) => string
  /** When it was: the time of today, the date and time of other days. */
  readonly at: (iso: string) => string
  /** A sentence of the queue, in which times are ISO 8601. */
  readonly within: (sentence: string) => string
}

const isoTime = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g

export function timesFor({ isTTY }: Pick<Streams, 'isTTY'>, now: Date): Times {
  if (!isTTY) return { age: iso => iso, at: iso => iso, within: sentence => sentence }
  const at = (iso: string) => localTime(new Date(iso), now)
  return { age: iso => ageOf(new Date(iso), now), at, within: sentence => sentence.replace(isoTime, at) }
}

/** Of what is said on stderr. */
export function timesSaid({ errIsTTY }: Streams): Times {
  return timesFor({ isTTY: errIsTTY }, new Date())
}

const steps = [
  { unit: 's', seconds: 1, below: 60 },
  { unit: 'min', seconds: 60, below: 3_600 },
  { unit: 'h', seconds: 3_600, below: 86_400 },
  { unit: 'd', seconds: 86_400, below: Number.POSITIVE_INFINITY },
] as const

function ageOf(time: Date, now: Date): string {
  // The broker's clock may be ahead of this one.
  const seconds = Math.max(0, (now.getTime() - time.getTime()) / 1000)
  const step = steps.find(({ below }) => seconds < below) ?? steps[3]
  return `${Math.floor(seconds / step.seconds)} ${step.unit} ago`
}

function localTime(time: Date, now: Date): string {
  const pad = (value: number) => String(value).padStart(2, '0')
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(pad).join(':')
  if (time.toDateString() === now.toDateString()) return clock
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())} ${clock}`
}
