import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where RelayQ keeps its things on this machine, by the XDG base directory specification. */
export interface Paths {
  /** Holds `env`, the machine's own settings and keys. */
  readonly config: string
  /** Models, downloads, compiled code: may be deleted at any time. */
  readonly cache: string
  /** Ledger, hubs, what was spent: what must not be lost. */
  readonly state: string
}

/** RELAYQ_CONFIG_HOME, RELAYQ_CACHE_HOME and RELAYQ_STATE_HOME name the folders themselves. */
export function findPaths(env: NodeJS.ProcessEnv): Paths {
  const home = env['HOME'] || homedir()
  return {
    config: env['RELAYQ_CONFIG_HOME'] || join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'relayq'),
    cache: env['RELAYQ_CACHE_HOME'] || join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'relayq'),
    state: env['RELAYQ_STATE_HOME'] || join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'relayq'),
  }
}

/** How a runner hands the machine's folders to its jobs, each of which has a HOME of its own. */
export function pathsForJobs({ config, cache, state }: Paths): Readonly<Record<string, string>> {
  return { RELAYQ_CONFIG_HOME: config, RELAYQ_CACHE_HOME: cache, RELAYQ_STATE_HOME: state }
}
