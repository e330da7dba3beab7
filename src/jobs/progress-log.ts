import type { Clock, Millis } from '../base/clock.ts'
import { formatProgress, type Progress } from '../model/progress.ts'

/** At most two lines a second: a log is stored and sent line by line. */
const intervalMs = 500

/** Prints progress lines, never going back and never twice the same; the end is always printed. */
export class ProgressLog {
  readonly #print: (line: string) => void
  readonly #clock: Clock
  #printedAt: Millis = Number.NEGATIVE_INFINITY
  #percent = -1
  #line = ''

  constructor(print: (line: string) => void, clock: Clock) {
    this.#print = print
    this.#clock = clock
  }

  report(progress: Progress): void {
    const now = this.#clock()
    const isEnd = progress.percent >= 100
    if (progress.percent < this.#percent || (now - this.#printedAt < intervalMs && !isEnd)) return
    const line = formatProgress(progress)
    if (line === this.#line) return
    this.#print(line)
    this.#printedAt = now
    this.#percent = progress.percent
    this.#line = line
  }
}

/** A phase shorter than this passes without a word. */
const quietMs = 2000

/** Tells of a phase before the real work at 25, 50 and 75 %, if it takes long enough to be worth a line. */
export function everyQuarter(clock: Clock, tell: (percent: number) => void): (share: number) => void {
  const began = clock()
  let told = 0
  return share => {
    const quarter = Math.floor(share * 4)
    if (quarter <= told || quarter >= 4 || clock() - began < quietMs) return
    told = quarter
    tell(quarter * 25)
  }
}
