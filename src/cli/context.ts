import type { RelayQ } from '../compose.ts'
import type { Flags } from './command.ts'
import type { Streams } from './streams.ts'

/** What a command is handed. Functions are lazy: a command pays only for what it asks. */
export interface Context {
  /** The command line after the program's name, for those that start themselves again. */
  readonly args: readonly string[]
  readonly streams: Streams
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  /** Aborted when the reader of stdout is gone. */
  readonly closed: AbortSignal
  /** The composition root with the command line's --broker, --repo and --ref. */
  readonly relayq: () => Promise<RelayQ>
  /** Aborted by the first Ctrl-C or TERM, from the first call on; before, they end the process as usual. */
  readonly interrupted: () => AbortSignal
  /** One line on stderr, with `relayq: ` before it. */
  readonly say: (line: string) => void
}

interface ContextParts {
  readonly args: readonly string[]
  readonly streams: Streams
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly closed: AbortSignal
  readonly flags: Flags
}

export function createContext(parts: ContextParts): Context & AsyncDisposable {
  const { args, streams, env, cwd, closed, flags } = parts
  const say = (line: string) => void streams.err.write(`relayq: ${line}\n`)
  let relayq: Promise<RelayQ> | null = null
  let interruption: AbortController | null = null
  const onSignal = () => interruption?.abort()
  return {
    args,
    streams,
    env,
    cwd,
    closed,
    say,
    relayq: () => {
      relayq ??= openRelayQ({ env, cwd, flags, say })
      return relayq
    },
    interrupted: () => {
      if (interruption) return interruption.signal
      interruption = new AbortController()
      process.on('SIGINT', onSignal)
      process.on('SIGTERM', onSignal)
      process.on('SIGHUP', onSignal)
      return interruption.signal
    },
    [Symbol.asyncDispose]: async () => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, onSignal)
      // Where it could not be opened, that is the command's error, and there is nothing to close.
      await relayq?.then(
        opened => opened.close(),
        () => {},
      )
    },
  }
}

async function openRelayQ(parts: {
  env: NodeJS.ProcessEnv
  cwd: string
  flags: Flags
  say: (line: string) => void
}): Promise<RelayQ> {
  const { RelayQ } = await import('../compose.ts')
  const { broker, repo, ref } = parts.flags
  return RelayQ.open({
    env: parts.env,
    cwd: parts.cwd,
    settings: {
      ...(typeof broker === 'string' ? { RELAYQ_API_URL: broker } : {}),
      ...(typeof repo === 'string' ? { GH_REPO: repo } : {}),
      ...(typeof ref === 'string' ? { RELAYQ_REF: ref } : {}),
    },
    warn: parts.say,
  })
}
