import type { Masker } from '../../base/masker.ts'
import type { WireAnnotation } from '../../protocol/runner-api.ts'
import { type CommandAnnotation, type CommandEffect, CommandStream } from '../../protocol/workflow-command.ts'
import type { LogUpload } from './log-upload.ts'

interface StepOutputOptions {
  readonly upload: LogUpload
  readonly masker: Masker
  /** ACTIONS_STEP_DEBUG: `::debug::` is shown only then. */
  readonly debug: boolean
  readonly stepNumber: number
}

/** What workflow commands gave a step beside its log. */
export interface CommandValues {
  readonly outputs: Map<string, string>
  readonly state: Map<string, string>
}

/** Lines and annotations are cut here, after masking, so that no half of a secret is left at the cut. */
const longestText = 65_536
/** GitHub shows ten annotations of each level per step (docs/protocol.md, "Completion"). */
const annotationsPerLevel = 10

/**
 * Everything a step says, in one place: its log and its annotations. Nothing leaves it unmasked. Programs write through
 * `fromProgram`, where workflow commands are obeyed; the runner's own words go through the other methods, where they are not.
 */
export class StepOutput {
  readonly annotations: WireAnnotation[] = []
  readonly #options: StepOutputOptions

  constructor(options: StepOutputOptions) {
    this.#options = options
  }

  /** As the log's own `room`. */
  get room(): Promise<void> | null {
    return this.#options.upload.room
  }

  line(text: string): void {
    const at = new Date().toISOString().replace('Z', '0000Z')
    for (const part of text.split(/\r?\n/)) {
      this.#options.upload.write(`${at} ${this.#presentable(part)}`)
    }
  }

  group(title: string, lines: readonly string[]): void {
    this.line(`##[group]${title}`)
    for (const line of lines) this.line(line)
    this.line('##[endgroup]')
  }

  debug(text: string): void {
    if (this.#options.debug) this.line(`##[debug]${text}`)
  }

  warning(message: string): void {
    this.line(`##[warning]${message}`)
    this.#annotate({ level: 'warning', message })
  }

  error(message: string): void {
    this.line(`##[error]${message}`)
    this.#annotate({ level: 'failure', message })
  }

  /** One program's output lines; commands work on `values`. Each program has its own `stop-commands` state. */
  fromProgram(values: CommandValues, onRefused: () => void): (line: string) => void {
    const commands = new CommandStream()
    let echo = false
    return line => {
      const effect = commands.read(line)
      if (effect.kind === 'echo') echo = effect.on
      else this.#obey(effect, values, onRefused)
      if (echo && isSilent(effect)) this.line(line)
    }
  }

  #obey(effect: CommandEffect, values: CommandValues, onRefused: () => void): void {
    switch (effect.kind) {
      case 'text':
        this.line(effect.text)
        break
      case 'mask':
        this.#options.masker.add(effect.value)
        break
      case 'annotation':
        this.line(`##[${effect.level}]${effect.message}`)
        this.#annotate(wireAnnotation(effect))
        break
      case 'debug':
        this.debug(effect.message)
        break
      case 'group':
        this.line(`##[group]${effect.title}`)
        break
      case 'endgroup':
        this.line('##[endgroup]')
        break
      case 'state':
      case 'output':
        values[effect.kind === 'state' ? 'state' : 'outputs'].set(effect.name, effect.value)
        break
      case 'ignored':
        this.debug(effect.note)
        break
      case 'refused':
        this.error(effect.message)
        onRefused()
    }
  }

  #annotate(annotation: WireAnnotation): void {
    const same = this.annotations.filter(({ level }) => level === annotation.level)
    if (same.length >= annotationsPerLevel) return
    this.annotations.push({
      ...annotation,
      message: this.#presentable(annotation.message),
      ...(annotation.title === undefined ? {} : { title: this.#presentable(annotation.title) }),
      stepNumber: this.#options.stepNumber,
    })
  }

  #presentable(text: string): string {
    const masked = this.#options.masker.mask(text)
    return masked.length > longestText ? `${masked.slice(0, longestText).toWellFormed()} … [cut]` : masked
  }
}

/** Commands that leave no trace in the log unless `::echo::on` was printed. A mask never does. */
function isSilent(effect: CommandEffect): boolean {
  return effect.kind === 'state' || effect.kind === 'output' || effect.kind === 'ignored'
}

function wireAnnotation(effect: CommandAnnotation): WireAnnotation {
  return {
    level: effect.level === 'error' ? 'failure' : effect.level,
    message: effect.message,
    ...(effect.title === null ? {} : { title: effect.title }),
    ...(effect.file === null ? {} : { path: effect.file }),
    ...(effect.line === null ? {} : { startLine: effect.line }),
    ...(effect.endLine === null ? {} : { endLine: effect.endLine }),
    ...(effect.column === null ? {} : { startColumn: effect.column }),
    ...(effect.endColumn === null ? {} : { endColumn: effect.endColumn }),
  }
}
