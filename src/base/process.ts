import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { RelayError, systemErrorCode } from './errors.ts'
import { LineSplitter, type LineSplitterOptions } from './lines.ts'
import { signalGroup } from './signal-group.ts'

export interface RunProgramOptions {
  readonly cwd?: string
  /** The whole environment; this process's own when left out. */
  readonly env?: NodeJS.ProcessEnv
  /** Runs it as this account, without any of our groups; only root may. */
  readonly account?: { readonly uid: number; readonly gid: number }
  /** Written to standard input, which is closed either way. */
  readonly input?: string | Uint8Array
  /** Standard input stays open for as long as this process lives: its end, a kill too, is the program's sign to end. */
  readonly holdsInput?: boolean
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  /** Between TERM and KILL. */
  readonly graceMs?: number
  /** How much of each stream is kept: the beginning of stdout, the end of stderr. The rest is read and dropped. */
  readonly maxOutputBytes?: number
  readonly onStdoutLine?: (line: string) => void
  readonly onStderrLine?: (line: string) => void
  /** How lines are made for the two. */
  readonly lines?: LineSplitterOptions
}

interface ProgramOutput {
  readonly stdout: string
  /** The last part: programs say at the end what went wrong. */
  readonly stderr: string
}

export type ProgramOutcome =
  | (ProgramOutput & { readonly kind: 'exited'; readonly code: number; readonly stdoutCut: boolean })
  /** Ended by a signal that was not ours: a crash, the kernel's memory killer, a person. */
  | (ProgramOutput & { readonly kind: 'signalled'; readonly signal: NodeJS.Signals })
  | { readonly kind: 'not_found' }
  | (ProgramOutput & { readonly kind: 'timed_out' })
  | (ProgramOutput & { readonly kind: 'aborted' })

/** A program that has ended may leave a child holding its pipes; this long the rest of the output is waited for. */
const drainMs = 1000

/**
 * Runs a program with an argument array, never through a shell, in a process group of its own. A timeout or an abort
 * ends the whole group: TERM, `graceMs`, KILL. Every way it can end is a value; only a fault of the system is thrown
 * (RelayError `internal`: no such working directory, out of processes).
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: RunProgramOptions = {},
): Promise<ProgramOutcome> {
  if (options.signal?.aborted) return { kind: 'aborted', stdout: '', stderr: '' }
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    ...options.account,
  })
  const limit = options.maxOutputBytes ?? 1_048_576
  const stdout = new Capture('start', limit, splitterFor(options.onStdoutLine, options))
  const stderr = new Capture('end', limit, splitterFor(options.onStderrLine, options))
  child.stdout.on('data', chunk => stdout.write(chunk))
  child.stderr.on('data', chunk => stderr.write(chunk))
  // A program may end without reading its input; its exit code says what that means.
  child.stdin.on('error', () => {})
  if (!options.holdsInput) child.stdin.end(options.input ?? '')

  const ending = endOnTimeoutOrAbort(child, options)
  try {
    const end = await ended(child)
    const output = { stdout: stdout.text(), stderr: stderr.text() }
    if (ending.cause !== null) return { kind: ending.cause, ...output }
    if (end.signal !== null) return { kind: 'signalled', signal: end.signal, ...output }
    return { kind: 'exited', code: end.code, stdoutCut: stdout.cut, ...output }
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    const folderMissing = options.cwd !== undefined && !existsSync(options.cwd)
    if ((code === 'ENOENT' || code === 'EACCES') && !folderMissing) return { kind: 'not_found' }
    const reason = folderMissing ? `the folder ${options.cwd} does not exist` : (code ?? 'unknown reason')
    throw new RelayError('internal', `${file} could not be started: ${reason}`, { cause: thrown })
  } finally {
    ending.stop()
  }
}

/** The first cause wins: a program that times out while being aborted was aborted. */
function endOnTimeoutOrAbort(child: ChildProcess, options: RunProgramOptions) {
  const timers: NodeJS.Timeout[] = []
  const ending = {
    cause: null as 'timed_out' | 'aborted' | null,
    stop: () => {
      for (const timer of timers) clearTimeout(timer)
      options.signal?.removeEventListener('abort', abort)
    },
  }
  const end = (cause: 'timed_out' | 'aborted') => {
    if (ending.cause !== null) return
    ending.cause = cause
    signalGroup(child, 'SIGTERM')
    timers.push(setTimeout(() => signalGroup(child, 'SIGKILL'), options.graceMs ?? 5000))
  }
  const abort = () => end('aborted')
  options.signal?.addEventListener('abort', abort, { once: true })
  if (options.timeoutMs !== undefined) timers.push(setTimeout(() => end('timed_out'), options.timeoutMs))
  return ending
}

type ProcessEnd = { readonly code: number; readonly signal: NodeJS.Signals | null }

function ended(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve, reject) => {
    let drain: NodeJS.Timeout | undefined
    child.once('error', reject)
    child.once('exit', () => {
      drain = setTimeout(() => {
        signalGroup(child, 'SIGKILL')
        child.stdout?.destroy()
        child.stderr?.destroy()
      }, drainMs)
    })
    child.once('close', (code, signal) => {
      clearTimeout(drain)
      resolve({ code: code ?? 0, signal })
    })
  })
}

function splitterFor(
  onLine: ((line: string) => void) | undefined,
  { lines }: RunProgramOptions,
): LineSplitter | null {
  return onLine === undefined ? null : new LineSplitter(onLine, lines)
}

/** Keeps the start or the end of a stream, hands its lines on, and remembers whether anything was dropped. */
class Capture {
  readonly #keep: 'start' | 'end'
  readonly #limit: number
  readonly #lines: LineSplitter | null
  #chunks: Buffer[] = []
  #bytes = 0
  cut = false

  constructor(keep: 'start' | 'end', limit: number, lines: LineSplitter | null) {
    this.#keep = keep
    this.#limit = limit
    this.#lines = lines
  }

  write(chunk: Buffer): void {
    this.#lines?.write(chunk)
    if (this.#keep === 'start' && this.#bytes >= this.#limit) {
      this.cut = true
      return
    }
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes > 2 * this.#limit) this.#trim()
  }

  /** To be called once, at the end of the stream: hands on the last line too. */
  text(): string {
    this.#lines?.end()
    this.#trim()
    return Buffer.concat(this.#chunks).toString('utf8')
  }

  #trim(): void {
    const whole = Buffer.concat(this.#chunks)
    if (whole.length <= this.#limit) return
    this.cut = true
    const kept = this.#keep === 'start' ? whole.subarray(0, this.#limit) : whole.subarray(-this.#limit)
    this.#chunks = [Buffer.from(kept)]
    this.#bytes = kept.length
  }
}
