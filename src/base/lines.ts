const cutMarker = ' … [cut]'
const lineBreak = /[\r\n]/g
const lineFeed = /\n/g

export interface LineSplitterOptions {
  /** Characters after which the rest of a line is dropped and a mark put in its place. */
  readonly maxLength?: number
  /** A carriage return is a character like any other: for who searches a file instead of showing it. */
  readonly keepsReturns?: boolean
}

/**
 * Turns a byte stream into lines. Bytes that are not UTF-8 become U+FFFD, also where a character spans two chunks.
 * A carriage return sends the cursor back as on a terminal: what follows replaces the line, so a progress bar leaves
 * one line, and CRLF is an ordinary line end. Memory is bounded by `maxLength`, however long the line.
 */
export class LineSplitter {
  readonly #onLine: (line: string) => void
  readonly #maxLength: number
  readonly #breaks: RegExp
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #line = ''
  #cut = false
  #returned = false

  constructor(onLine: (line: string) => void, options: LineSplitterOptions = {}) {
    this.#onLine = onLine
    this.#maxLength = options.maxLength ?? 65_536
    this.#breaks = options.keepsReturns ? lineFeed : lineBreak
  }

  write(chunk: Uint8Array): void {
    this.#read(this.#decoder.decode(chunk, { stream: true }))
  }

  /** Emits what stands after the last line end, if anything does. */
  end(): void {
    this.#read(this.#decoder.decode())
    if (this.#line !== '') this.#emit()
  }

  #read(text: string): void {
    let from = 0
    for (const { 0: character, index } of text.matchAll(this.#breaks)) {
      this.#append(text.slice(from, index))
      from = index + 1
      if (character === '\n') this.#emit()
      else this.#returned = true
    }
    this.#append(text.slice(from))
  }

  #append(text: string): void {
    if (text === '') return
    if (this.#returned) this.#startLine()
    const room = this.#maxLength - this.#line.length
    if (text.length > room) this.#cut = true
    this.#line += text.slice(0, room)
  }

  #emit(): void {
    const line = this.#cut ? this.#line.toWellFormed() + cutMarker : this.#line
    this.#startLine()
    this.#onLine(line)
  }

  #startLine(): void {
    this.#line = ''
    this.#cut = false
    this.#returned = false
  }
}
