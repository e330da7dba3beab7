import { runGit, startGit } from './git.ts'
import { Leaks } from './leaks.ts'

interface HistoryLimits {
  readonly mostBytes: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

interface HistoryRead {
  readonly leaks: Leaks
  readonly commits: number
  /** What was not read, and why. */
  readonly unread: readonly string[]
}

/** Longest line that is read whole, in characters; the rest of a longer one is dropped. */
const maxLine = 1024 * 1024

/** No colours, no programs that the repository's settings name; merges with what they themselves have changed. */
const logArguments = [
  'log',
  '--all',
  '--patch',
  '--cc',
  '--unified=0',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--no-renames',
  '--format=%x00commit %H%n%B',
]

/** Reads what every commit of every branch and tag has added, and its message; newest first. */
export async function readHistory(checkout: string, limits: HistoryLimits): Promise<HistoryRead> {
  const isShallow = (await runGit(checkout, ['rev-parse', '--is-shallow-repository'])).trim() === 'true'
  const reader = new HistoryReader()
  const enough = new AbortController()
  let bytes = 0
  const outcome = await startGit(checkout, logArguments, {
    signal: AbortSignal.any([limits.signal, enough.signal]),
    timeoutMs: limits.timeoutMs,
    maxOutputBytes: 4096,
    lines: { maxLength: maxLine, keepsReturns: true },
    onStdoutLine: line => {
      bytes += line.length + 1
      if (bytes > limits.mostBytes) enough.abort()
      else reader.readLine(line)
    },
  })
  limits.signal.throwIfAborted()
  const unread = [
    ...(isShallow
      ? ['this clone is shallow: older commits are elsewhere (git fetch --unshallow brings them)']
      : []),
    ...(enough.signal.aborted
      ? [`the history is longer than ${limits.mostBytes} bytes; the newest were read`]
      : []),
    ...(outcome.kind === 'timed_out'
      ? [`the history takes longer than ${limits.timeoutMs / 1000} s; the newest of it was read`]
      : []),
    ...(outcome.kind === 'exited' && outcome.code !== 0 ? [`git log ended with code ${outcome.code}`] : []),
    ...(outcome.kind === 'signalled' ? [`git log was ended by ${outcome.signal}`] : []),
  ]
  return { leaks: reader.leaks, commits: reader.commits, unread }
}

/** Line by line through the output of `logArguments`. */
class HistoryReader {
  readonly leaks = new Leaks()
  commits = 0
  #commit = ''
  #file: string | null = null

  readLine(line: string): void {
    if (line.startsWith('\0commit ')) {
      this.commits += 1
      this.#commit = line.slice('\0commit '.length, '\0commit '.length + 12)
      this.#file = null
      return
    }
    if (line.startsWith('+++ ')) this.#file = fileOf(line.slice('+++ '.length))
    // What was taken away had been added by an older commit.
    if (line.startsWith('-')) return
    this.leaks.readLine(line, () => {
      const file = this.#file ?? 'the message'
      return { file, where: `${file} ${this.#file === null ? 'of' : 'in'} commit ${this.#commit}` }
    })
  }
}

/** `b/name`; git ends a name with spaces by a tab, and puts one with stranger characters in quotes. */
function fileOf(name: string): string {
  return name
    .replace(/\t$/, '')
    .replace(/^"(.*)"$/, '$1')
    .replace(/^b\//, '')
}
