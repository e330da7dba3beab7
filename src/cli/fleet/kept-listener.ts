import { RelayError } from '../../base/errors.ts'
import type { ProcessIdentity } from '../../base/process-identity.ts'
import { KeptProcess } from './kept-process.ts'
import { lightHeap, listenerPath } from './program.ts'

interface KeptListenerOptions {
  readonly name: string
  /** Of this runner alone. */
  readonly workDir: string
  readonly relayqBin: string
  readonly actions: 'offline' | 'network'
  readonly actionArchiveCache: string | null
  readonly passEnv: Readonly<Record<string, string>>
  readonly env: NodeJS.ProcessEnv
  readonly log: (line: string) => void
  readonly onStarted: (identity: ProcessIdentity) => void
  /** Registers the runner and gives its configuration. */
  readonly register: () => Promise<string>
}

/** The first TERM lets a running job finish for so long, the second cancels it. */
const graceMs = 10_000
/** A step that hears no signal is killed after 10 s (step-process); then the job's last steps, and its report, take a while. */
const windUpMs = 20_000
/** As the listener ends when its broker does not know it any more. */
const notRegistered = 1

/** A listener that is started again when it ends, and registered anew when the broker has forgotten it. */
export async function keepListener(options: KeptListenerOptions): Promise<KeptProcess> {
  const { name, workDir, relayqBin, actions, actionArchiveCache, passEnv } = options
  let jitConfig = await options.register()
  const kept = new KeptProcess({
    name: `runner ${name}`,
    args: [...lightHeap, listenerPath],
    env: options.env,
    graceMs,
    windUpMs,
    log: options.log,
    onStarted: options.onStarted,
    firstLine: async previous => {
      if (previous?.code === notRegistered) jitConfig = await registerAgain(options, jitConfig)
      const listener = { jitConfig, workDir, relayqBin, actions, actionArchiveCache, passEnv }
      return JSON.stringify({ ...listener, endsWithInput: true })
    },
  })
  kept.start()
  return kept
}

/** The hub may be away, or still hold the old registration: then the old configuration is tried once more. */
async function registerAgain(options: KeptListenerOptions, current: string): Promise<string> {
  try {
    return await options.register()
  } catch (thrown) {
    if (!(thrown instanceof RelayError)) throw thrown
    options.log(`runner ${options.name} could not be registered again: ${thrown.message}`)
    return current
  }
}
