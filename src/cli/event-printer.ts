import { formatProgress, type Progress } from '../model/progress.ts'
import type { WatchEvent } from '../queue/watch.ts'
import { printable, type Streams } from './streams.ts'

/**
 * Writes what happens to a job: log lines to `logs`, states and progress to stderr. On a terminal progress stays on one
 * line; in a pipe each is a line.
 */
export class EventPrinter {
  readonly #streams: Streams
  readonly #logs: 'out' | 'err'
  #progressShown = false

  constructor(streams: Streams, logs: 'out' | 'err') {
    this.#streams = streams
    this.#logs = logs
  }

  print(event: WatchEvent): void {
    if (event.kind === 'progress') {
      this.#progress(event.progress)
      return
    }
    this.#endProgressLine()
    if (event.kind === 'log') this.#streams[this.#logs].write(`${printable(event.text)}\n`)
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

  #endProgressLine(): void {
    if (this.#progressShown) this.#streams.err.write('\n')
    this.#progressShown = false
  }
}
