import { asError } from '../base/errors.ts'
import { Masker } from '../base/masker.ts'
import type { Annotation } from '../model/run.ts'
import { type CommandAnnotation, CommandStream } from '../protocol/workflow-command.ts'

const flushMs = 250
/** As the embedded runner cuts. */
const longestText = 65_536
const mostAnnotations = 10

/**
 * What a run says: its log, on its way a few times a second, and its annotations. Nothing leaves it unmasked; workflow
 * commands are obeyed as far as a log knows them.
 */
export class RunLog {
  readonly annotations: Annotation[] = []
  readonly #append: (text: string) => Promise<void>
  readonly #warn: (line: string) => void
  readonly #masker = new Masker()
  readonly #commands = new CommandStream()
  #waiting = ''
  #timer: NodeJS.Timeout | null = null
  #flushing: Promise<void> = Promise.resolve()

  constructor(append: (text: string) => Promise<void>, warn: (line: string) => void) {
    this.#append = append
    this.#warn = warn
  }

  /** One line of the job's output. */
  readonly fromProgram = (line: string): void => {
    const effect = this.#commands.read(line)
    if (effect.kind === 'mask') this.#masker.add(effect.value)
    else if (effect.kind === 'annotation') this.#annotate(effect)
    else if (effect.kind === 'text') this.line(effect.text)
    else if (effect.kind === 'group') this.line(`##[group]${effect.title}`)
    else if (effect.kind === 'endgroup') this.line('##[endgroup]')
    else if (effect.kind === 'refused') this.line(`##[error]${effect.message}`)
  }

  /** The worker's own words. */
  line(text: string): void {
    const at = new Date().toISOString().replace('Z', '0000Z')
    for (const part of text.split(/\r?\n/)) this.#waiting += `${at} ${this.#presentable(part)}\n`
    this.#timer ??= setTimeout(() => void this.flush(), flushMs)
  }

  /** Resolves when all that was said so far is written, or could not be. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    const text = this.#waiting
    this.#waiting = ''
    if (text !== '') this.#flushing = this.#flushing.then(() => this.#write(text))
    return this.#flushing
  }

  /** A log is worth less than the work: what cannot be written is told here, and the work goes on. */
  async #write(text: string): Promise<void> {
    try {
      await this.#append(text)
    } catch (thrown) {
      this.#warn(`some lines of a log are lost: ${asError(thrown).message}`)
    }
  }

  #annotate({ level, message, title }: CommandAnnotation): void {
    this.line(`##[${level}]${message}`)
    if (this.annotations.length >= mostAnnotations) return
    this.annotations.push({
      level: level === 'error' ? 'failure' : level,
      title: title === null ? null : this.#presentable(title),
      message: this.#presentable(message),
    })
  }

  #presentable(text: string): string {
    const masked = this.#masker.mask(text)
    return masked.length > longestText ? `${masked.slice(0, longestText).toWellFormed()} … [cut]` : masked
  }
}
