import { formatProgress, type Progress } from '../model/progress.ts'
import type { WatchEvent } from '../queue/watch.ts'
import { printable, type Streams } from './streams.ts'

/**
 * Writes what happens to a job: states and progress to stderr, and log lines to stdout where they are wanted. On a
 * terminal progress stays on one line; in a pipe each is a line.
 */
export class EventPrinter {
  readonly #streams: Streams
  readonly #showsLog: boolean
  #progressShown = false

  constructor(streams: Streams, options: { readonly log: boolean }) {
    this.#streams = streams
    this.#showsLog = options.log
  }

  print(event: WatchEvent): void {
    if (event.kind === 'progress') {
      this.#progress(event.progress)
      return
    }
    if (event.kind === 'log' && !this.#showsLog) return
    this.endProgressLine()
    if (event.kind === 'log') this.#streams.out.write(`${printable(event.text)}\n`)
    if (event.kind !== 'state') return
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
