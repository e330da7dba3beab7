import { formatProgress, type Progress } from '../model/progress.ts'
import type { WatchEvent } from '../queue/watch.ts'
import { FoldedLog } from './folded-log.ts'
import { printable, type Streams } from './streams.ts'

type StateEvent = Extract<WatchEvent, { readonly kind: 'state' }>

/**
 * Writes what happens to a job: states and progress to stderr, and log lines to stdout where they are wanted. On a
 * terminal progress stays on one line, and groups of the log are folded; in a pipe each is a line, and none is left out.
 */
export class EventPrinter {
  readonly #streams: Streams
  readonly #showsLog: boolean
  readonly #folded = new FoldedLog()
  #progressShown = false
  #lastState: StateEvent | null = null

  constructor(streams: Streams, options: { readonly log: boolean }) {
    this.#streams = streams
    this.#showsLog = options.log
  }

  print(event: WatchEvent): void {
    if (event.kind === 'progress') {
      this.#progress(event.progress)
      return
    }
    if (event.kind === 'log') {
      if (this.#showsLog) this.#log(event.text)
      return
    }
    this.endProgressLine()
    if (event.kind === 'state' && !this.#isKnown(event)) this.#state(event)
  }

  #log(text: string): void {
    const shown = this.#streams.isTTY ? this.#folded.line(text) : text
    if (shown === null) return
    this.endProgressLine()
    this.#streams.out.write(`${printable(shown)}\n`)
  }

  /** A job that waits once more has no machine any more, which is no news. */
  #isKnown({ state, reason, runner }: StateEvent): boolean {
    const last = this.#lastState
    return runner === null && last?.state === state && last.reason === reason
  }

  #state(event: StateEvent): void {
    this.#lastState = event
    const runner = event.runner === null ? '' : ` on ${event.runner}`
    const reason = event.reason === null ? '' : `: ${event.reason}`
    this.#streams.err.write(`relayq: ${printable(`${event.state}${runner}${reason}`)}\n`)
  }

  #progress(progress: Progress): void {
    const text = formatProgress(progress)
    if (!this.#streams.errIsTTY) {
      this.#streams.err.write(`${text}\n`)
      return
    }
    this.#streams.err.write(`\r${text}\u001b[K`)
    this.#progressShown = true
  }

  /** What is written next begins on a line of its own. */
  endProgressLine(): void {
    if (this.#progressShown) this.#streams.err.write('\n')
    this.#progressShown = false
  }
}
