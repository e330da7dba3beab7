import { PassThrough } from 'node:stream'
import type { TestContext } from 'node:test'
import { asError, RelayError } from '../../src/base/errors.ts'
import { init } from '../../src/cli/commands/init.ts'
import { createContext } from '../../src/cli/context.ts'
import { temporaryFolder } from './git-repository.ts'
import { parseCommand } from './parse-command.ts'
import { type HubFixture, startTestHub, tokenWithPermissions } from './running-hub.ts'

/** What one run of `relayq init` said, and how it ended. */
interface InitEnd {
  readonly code: number
  readonly out: string
  readonly err: string
  /** What it threw, with its hint; '' where it ended by itself. */
  readonly error: string
}

/** A hub with an empty queue's repository, a machine that has never seen it, and the two tokens that its owner made. */
export interface InitBench extends HubFixture {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  readonly submitToken: string
  readonly setupToken: string
  /** Both tokens, as they are handed over. */
  readonly tokens: string
  /** `relayq init octo/queue` in this process. */
  init(words?: readonly string[], more?: InitMore): Promise<InitEnd>
  /** The commit the branch is at. */
  head(): string
  /** A file of the repository; null: there is none. */
  read(path: string): string | null
}

interface InitMore {
  readonly input?: string
  /** Called with each text on stderr; what it answers is typed. Makes both ends a terminal. */
  readonly person?: (said: string) => string | null
  readonly apiUrl?: string
  readonly repository?: string
}

export const forSubmitting = { actions: 'write', contents: 'write', administration: 'read' } as const
export const forSettingUp = { administration: 'write', contents: 'write', workflows: 'write' } as const

export async function makeInitBench(t: TestContext): Promise<InitBench> {
  const fixture = await startTestHub(t)
  const folder = temporaryFolder(t)
  const env = { HOME: folder, PATH: process.env['PATH'], GH_CONFIG_DIR: folder }
  const submitToken = await tokenWithPermissions(fixture, forSubmitting)
  const setupToken = await tokenWithPermissions(fixture, forSettingUp)
  const { repository, hub } = fixture
  return {
    ...fixture,
    folder,
    env,
    submitToken,
    setupToken,
    tokens: `${submitToken}\n${setupToken}\n`,
    init: (words = [], more = {}) =>
      runInit(['--broker', more.apiUrl ?? hub.apiUrl, more.repository ?? 'octo/queue', ...words], env, more),
    head: () => repository.git('rev-parse', 'main'),
    read: path => {
      try {
        return repository.git('show', `main:${path}`)
      } catch {
        return null
      }
    },
  }
}

async function runInit(words: readonly string[], env: NodeJS.ProcessEnv, more: InitMore): Promise<InitEnd> {
  const said = { out: '', err: '' }
  const input = new PassThrough()
  const out = new PassThrough().on('data', chunk => {
    said.out += chunk
  })
  const err = new PassThrough().on('data', chunk => {
    said.err += chunk
    const typed = more.person?.(String(chunk)) ?? null
    if (typed !== null) setImmediate(() => input.write(typed))
  })
  const isTTY = more.person !== undefined
  if (isTTY) Object.assign(input, { isTTY: true, setRawMode: () => input })
  else input.end(more.input ?? '')
  const streams = { in: input, out, err, isTTY, errIsTTY: isTTY, width: 80 }
  const closed = new AbortController().signal
  const cwd = env['HOME'] ?? ''
  try {
    await using context = createContext({ args: words, streams, env, cwd, closed, flags: {} })
    const code = await init.run(parseCommand(init, words), context)
    return { code, ...said, error: '' }
  } catch (thrown) {
    if (!(thrown instanceof RelayError)) throw asError(thrown)
    return { code: thrown.exitCode, ...said, error: `${thrown.message} ${thrown.hint ?? ''}` }
  }
}
