import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Arguments that make git read exactly this folder and run nothing the repository's own configuration names:
 * `safe.directory` because a container or another user may own the checkout, no hooks, no file system monitor.
 */
export function gitArguments(path: string, ...args: readonly string[]): string[] {
  return [
    '-c',
    `safe.directory=${path}`,
    '-c',
    'core.fsmonitor=false',
    '-c',
    'core.hooksPath=/dev/null',
    '-C',
    path,
    ...args,
  ]
}

/** The caller's environment without variables that would point git elsewhere, and without prompts or fetches. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !redirections.has(name))
  return {
    ...Object.fromEntries(inherited),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
  }
}

const redirections = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_CEILING_DIRECTORIES',
])

/** Lines of a git answer that has at most a few megabytes. Rejects when git exits non-zero. */
export async function gitLines(path: string, ...args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run('git', gitArguments(path, ...args), {
    env: gitEnvironment(),
    maxBuffer: 16 * 1024 * 1024,
    timeout: 10_000,
  })
  return stdout.split('\n').filter(line => line !== '')
}

/** First line of a short git answer, or null when git exits non-zero (its way of saying "there is none"). */
export async function gitLine(path: string, ...args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await run('git', gitArguments(path, ...args), {
      env: gitEnvironment(),
      maxBuffer: 64 * 1024,
      timeout: 10_000,
    })
    const line = stdout.split('\n')[0]?.trim() ?? ''
    return line === '' ? null : line
  } catch (thrown) {
    if (exitedByItself(thrown)) return null
    throw thrown
  }
}

/**
 * What git prints when it is handed `input`, or null when it exits non-zero: for object names, paths and contents of
 * others, which must never stand among the arguments.
 */
export async function gitFilter(path: string, request: FilterRequest): Promise<Buffer | null> {
  const running = run('git', gitArguments(path, ...request.args), {
    env: { ...gitEnvironment(), ...request.env },
    encoding: 'buffer',
    maxBuffer: 64 * 1024 * 1024,
    timeout: request.timeoutMs ?? 10_000,
  })
  // git may end without reading everything; how it ended says more than a broken pipe.
  running.child.stdin?.on('error', () => undefined).end(request.input)
  try {
    return (await running).stdout
  } catch (thrown) {
    if (exitedByItself(thrown)) return null
    throw thrown
  }
}

export interface FilterRequest {
  readonly args: readonly string[]
  readonly input: Buffer | string
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

/** execFile puts the exit status into a numeric `code`; a missing program or a full buffer has a textual one. */
function exitedByItself(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number'
}
