import { isFinal, persist } from '../persistence.ts'
import type { ResultsClient } from './results-client.ts'

interface LogUploadOptions {
  readonly results: ResultsClient
  readonly stepId: string
  /** Told once for each line that could not be delivered. */
  readonly onLost: (lines: number) => void
}

/** The first lines of a step shall be seen at once; after that a block twice a second is live enough. */
const firstBlockMs = 100
const nextBlockMs = 500
/** One block's size at most; as much is sent without waiting for more. */
const blockCharacters = 1024 * 1024
/** So much may wait before the program that writes it has to wait. */
const roomCharacters = 2 * blockCharacters
/** What is kept for a hub that is away, when no program waits: older lines are then dropped and counted. */
const backlogCharacters = 8 * blockCharacters
/** How long the last lines of a step are tried for; longer than a hub's restart takes. */
const closingMs = 90_000

/**
 * Sends one step's log while it is being written: one append blob, in blocks, in order, never two at a time. A hub that is
 * away delays lines and does not lose them. Best effort: what fails is counted, and never fails the step.
 */
export class LogUpload {
  readonly #options: LogUploadOptions
  #waiting: string[] = []
  #waitingCharacters = 0
  #lineCount = 0
  #url: string | null = null
  #position = 0
  /** Under way, or failed and to be sent again. */
  #block: { readonly text: string; readonly tries: number } | null = null
  #timer: NodeJS.Timeout | null = null
  #sending: Promise<void> | null = null
  /** The last block was not taken. */
  #failing = false
  #closing = false
  #refused = false

  constructor(options: LogUploadOptions) {
    this.#options = options
  }

  /** `line` without its line end. */
  write(line: string): void {
    if (this.#refused) {
      this.#options.onLost(1)
      return
    }
    this.#lineCount += 1
    this.#waiting.push(line)
    this.#waitingCharacters += line.length + 1
    if (this.#waitingCharacters > backlogCharacters) this.#dropOldest()
    this.#schedule()
  }

  /**
   * null while there is room for more lines, else resolves when it may be looked for again. Whoever writes faster than the
   * hub takes waits, as behind any pipe; nobody waits for a hub that is away.
   */
  get room(): Promise<void> | null {
    return this.#waitingCharacters < roomCharacters || this.#failing ? null : this.#sending
  }

  /** Resolves when all lines have been delivered or given up. */
  async close(): Promise<void> {
    this.#closing = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    await this.#sending
    if (this.#lineCount === 0 || this.#refused) return
    const finished = await persist(
      async () => {
        while (this.#undelivered) await this.#sendBlock()
        await this.#options.results.finishStepLog(this.#options.stepId, this.#lineCount)
        return { kind: 'done', value: null }
      },
      { forMs: closingMs },
    )
    if (finished.kind === 'gave_up') this.#refuse()
  }

  #schedule(): void {
    if (this.#sending !== null || this.#closing) return
    if (this.#waitingCharacters >= blockCharacters && !this.#failing) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), this.#url === null ? firstBlockMs : nextBlockMs)
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    // A failure leaves the lines waiting: the next flush, or the close, takes them up again. A refusal is for good.
    this.#sending = this.#sendBlock()
      .then(() => {
        this.#failing = false
      })
      .catch((thrown: unknown) => {
        this.#failing = true
        if (isFinal(thrown)) this.#refuse()
      })
      .finally(() => {
        this.#sending = null
        if (this.#undelivered) this.#schedule()
      })
  }

  async #sendBlock(): Promise<void> {
    if (this.#url === null) {
      const url = await this.#options.results.stepLogUrl(this.#options.stepId)
      await this.#options.results.createBlob(url)
      this.#url = url
    }
    this.#block ??= this.#nextBlock()
    const { text, tries } = this.#block
    this.#block = { text, tries: tries + 1 }
    const outcome = await this.#options.results.appendBlock(this.#url, this.#position, text)
    // A block that was tried before has arrived before, and its answer was lost. A new one has met a blob that is not ours.
    if (outcome === 'displaced' && tries === 0) this.#options.onLost(text.split('\n').length - 1)
    this.#position += Buffer.byteLength(text)
    this.#block = null
  }

  /** Taken off the waiting lines and unchanged from then on, however often it is sent. */
  #nextBlock(): { text: string; tries: number } {
    const lines = this.#waiting.splice(0, this.#blockLength())
    const text = `${lines.join('\n')}\n`
    this.#waitingCharacters -= text.length
    return { text, tries: 0 }
  }

  /** How many waiting lines make one block; at least one. */
  #blockLength(): number {
    let characters = 0
    const end = this.#waiting.findIndex(line => {
      characters += line.length + 1
      return characters > blockCharacters
    })
    return end === -1 ? this.#waiting.length : Math.max(1, end)
  }

  #dropOldest(): void {
    const dropped = this.#waiting.splice(0, Math.ceil(this.#waiting.length / 2))
    this.#waitingCharacters -= dropped.reduce((sum, line) => sum + line.length + 1, 0)
    this.#options.onLost(dropped.length)
  }

  /** Gives up what is waiting, and all that may come. */
  #refuse(): void {
    this.#refused = true
    const inBlock = this.#block === null ? 0 : this.#block.text.split('\n').length - 1
    this.#options.onLost(this.#waiting.length + inBlock)
    this.#block = null
    this.#waiting = []
  }

  get #undelivered(): boolean {
    return this.#block !== null || this.#waiting.length > 0
  }
}
