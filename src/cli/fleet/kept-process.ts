import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { LineSplitter } from '../../base/lines.ts'
import { identifyProcess, type ProcessIdentity } from '../../base/process-identity.ts'

export interface KeptProcessOptions {
  /** For the log: "hub", "runner rpi4". */
  readonly name: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** The line it reads first on standard input, asked for anew at each start. Secrets stand here, never in `args`. */
  readonly firstLine: (previous: ProcessEnd | null) => Promise<string>
  readonly onStdoutLine?: (line: string) => void
  readonly onStarted?: (identity: ProcessIdentity) => void
  /** Told of each end that nobody asked for; answers whether it is started again. */
  readonly onEnd?: (end: ProcessEnd, quickEnds: number) => 'restart' | 'give_up'
  readonly log: (line: string) => void
  /** How long it may take from TERM to its end, in ms. */
  readonly graceMs: number
  /** The same from a second TERM; as `graceMs` when left out. */
  readonly windUpMs?: number
}

export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export function howItEnded({ code, signal }: ProcessEnd): string {
  return signal ?? `exit code ${code}`
}

const firstPauseMs = 100
const longestPauseMs = 30_000
/** A process that lived so long has recovered: its next end counts as the first. */
const healthyAfterMs = 60_000

/**
 * A Node process that is started again whenever it ends, after doubling pauses, until it is stopped. It gets a process
 * group of its own, so that a Ctrl-C in the terminal reaches only its keeper; the keeper's end, a kill too, closes its
 * standard input, with which it ends by itself.
 */
export class KeptProcess {
  readonly #options: KeptProcessOptions
  readonly #stop = new AbortController()
  #child: ChildProcess | null = null
  #loop: Promise<void> | null = null

  constructor(options: KeptProcessOptions) {
    this.#options = options
  }

  start(): void {
    this.#loop ??= this.#keep()
  }

  get identity(): ProcessIdentity | null {
    const pid = this.#child?.pid
    return pid === undefined ? null : identifyProcess(pid)
  }

  /** TERM, `graceMs`, TERM again (a listener then cancels its job), `windUpMs`, KILL. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stop.abort()
    const { graceMs, windUpMs = graceMs } = this.#options
    const steps = [
      ['SIGTERM', graceMs] as const,
      ['SIGTERM', windUpMs] as const,
      ['SIGKILL', graceMs] as const,
    ]
    for (const [signal, ms] of steps) {
      const child = this.#child
      if (child === null) break
      child.kill(signal)
      await Promise.race([once(child, 'exit'), sleep(ms, undefined, { ref: false })])
    }
    await this.#loop
  }

  async #keep(): Promise<void> {
    let previous: ProcessEnd | null = null
    let quickEnds = 0
    while (!this.#stop.signal.aborted) {
      const startedAt = Date.now()
      previous = await this.#runOnce(previous)
      if (this.#stop.signal.aborted) return
      quickEnds = Date.now() - startedAt > healthyAfterMs ? 1 : quickEnds + 1
      if (this.#options.onEnd?.(previous, quickEnds) === 'give_up') return
      const pauseMs = Math.min(firstPauseMs * 2 ** (quickEnds - 1), longestPauseMs)
      this.#options.log(
        `${this.#options.name} ended (${howItEnded(previous)}); it is started again in ${pauseMs / 1000} s`,
      )
      await sleep(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => {})
    }
  }

  async #runOnce(previous: ProcessEnd | null): Promise<ProcessEnd> {
    const { args, env, firstLine, onStarted, onStdoutLine, log, name } = this.#options
    const line = await firstLine(previous)
    const child = spawn(process.execPath, args, { env, stdio: 'pipe', detached: true })
    this.#child = child
    child.stdin.on('error', () => {})
    child.stdin.write(`${line}\n`)
    const out = new LineSplitter(text => onStdoutLine?.(text))
    // Whoever logs the line says who speaks.
    const err = new LineSplitter(text => log(`${name}: ${text.replace(/^relayq: /, '')}`))
    child.stdout.on('data', (chunk: Buffer) => out.write(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.write(chunk))
    const identity = child.pid === undefined ? null : identifyProcess(child.pid)
    if (identity) onStarted?.(identity)
    const end = await endOf(child)
    this.#child = null
    return end
  }
}

function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise(resolve => {
    child.once('error', () => resolve({ code: null, signal: null }))
    child.once('exit', (code, signal) => {
      // A process of a job may have inherited the pipes; they must not keep anyone waiting.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
      resolve({ code, signal })
    })
  })
}
