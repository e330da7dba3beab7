import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { asError, systemErrorCode } from '../../base/errors.ts'
import { LineSplitter } from '../../base/lines.ts'
import { killMarked } from '../../base/process-tree.ts'
import { signalGroup } from '../../base/signal-group.ts'
import { stepTrackingVariable } from './environment.ts'

export interface StepProgram {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

export type ProgramEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'not_started'; readonly reason: string }

interface StepOptions {
  readonly onLine: (line: string) => void
  /** null, or what to wait for before more is read: the program then waits too, as soon as its pipe is full. */
  readonly room: () => Promise<void> | null
  readonly signal: AbortSignal
}

/** As actions/runner winds a step up: INT, then TERM, then KILL. */
const afterInterruptMs = 7500
const afterTerminateMs = 2500
/** A program that has ended may leave a server of its own behind, with its output open: the rest is read until it falls silent. */
const silenceMs = 150
const longestDrainMs = 2000
/** Long enough for a workflow command with a large value. */
const longestLine = 1024 * 1024

/**
 * Runs one program of a step in a process group of its own, both outputs handed on line by line. When `signal` fires, the
 * group is ended step by step, and then whatever else carries the step's marker. Processes that an undisturbed program
 * leaves behind live on until the job ends, as with actions/runner.
 */
export async function runStepProgram(program: StepProgram, options: StepOptions): Promise<ProgramEnd> {
  const child = start(program)
  if (child instanceof Error) return { kind: 'not_started', reason: reasonOf(child, program) }
  const ended = new AbortController()
  const streams = [child.stdout, child.stderr].map(stream => {
    const lines = new LineSplitter(options.onLine, { maxLength: longestLine })
    stream.on('data', (chunk: Buffer) => {
      lines.write(chunk)
      const room = ended.signal.aborted ? null : options.room()
      if (room === null) return
      stream.pause()
      void room.then(() => stream.resume())
    })
    return { stream, lines }
  })
  const closed = new Promise(resolve => child.once('close', resolve))
  const windUp = () => void endGroup(child, ended.signal)
  options.signal.addEventListener('abort', windUp, { once: true })
  if (options.signal.aborted) windUp()
  const end = await exitOf(child, program)
  ended.abort()
  // What is left in the pipe is little, and must not look like silence.
  for (const { stream } of streams) stream.resume()
  options.signal.removeEventListener('abort', windUp)
  const marker = program.env[stepTrackingVariable]
  if (options.signal.aborted && marker !== undefined) {
    await killMarked({ name: stepTrackingVariable, value: marker }, { graceMs: afterTerminateMs })
  }
  if (end.kind !== 'not_started') await Promise.race([closed, silence(child)])
  for (const { stream, lines } of streams) {
    lines.end()
    stream.removeAllListeners('data')
    // Read on, into nothing: whoever still writes must not get a broken pipe.
    stream.resume()
  }
  return end
}

/** What the system refuses at once, such as an environment that is too long, is thrown and not told by an event. */
function start({ program, args, cwd, env }: StepProgram) {
  try {
    return spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  } catch (thrown) {
    return asError(thrown)
  }
}

async function silence(child: ChildProcess): Promise<void> {
  const until = performance.now() + longestDrainMs
  let read = -1
  const bytes = () => streamBytes(child.stdout) + streamBytes(child.stderr)
  while (bytes() !== read && performance.now() < until) {
    read = bytes()
    await delay(silenceMs)
  }
}

function streamBytes(stream: Readable | null): number {
  return stream instanceof Socket ? stream.bytesRead : 0
}

function exitOf(child: ChildProcess, program: StepProgram): Promise<ProgramEnd> {
  return new Promise(resolve => {
    child.once('error', thrown => resolve({ kind: 'not_started', reason: reasonOf(thrown, program) }))
    child.once('exit', (code, signal) => {
      resolve(signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'signalled', signal })
    })
  })
}

async function endGroup(child: ChildProcess, ended: AbortSignal): Promise<void> {
  const steps = [
    ['SIGINT', afterInterruptMs],
    ['SIGTERM', afterTerminateMs],
    ['SIGKILL', 0],
  ] as const
  for (const [signal, graceMs] of steps) {
    if (ended.aborted) return
    signalGroup(child, signal)
    await delay(graceMs, undefined, { signal: ended }).catch(() => {})
  }
}

function reasonOf(thrown: Error, { cwd }: StepProgram): string {
  const code = systemErrorCode(thrown)
  if (code === 'ENOENT' && !existsSync(cwd)) return `the working directory ${cwd} does not exist`
  if (code === 'ENOENT') return 'it does not exist'
  if (code === 'ENOTDIR') return `the working directory ${cwd} is none`
  if (code === 'EACCES') return 'it is not executable'
  if (code === 'E2BIG') return 'its environment or arguments are too long'
  return thrown.message
}
