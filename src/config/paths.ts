import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where RelayQ keeps its things on this machine, by the XDG base directory specification. */
export interface Paths {
  /** Holds `env`, the machine's own settings and keys. */
  readonly config: string
  /** Models, downloads, compiled code: may be deleted at any time. */
  readonly cache: string
  /** Ledger and hubs: what must not be lost. */
  readonly state: string
}

/** RELAYQ_CONFIG_HOME and RELAYQ_CACHE_HOME name the folders themselves: so a runner hands them to its jobs. */
export function findPaths(env: NodeJS.ProcessEnv): Paths {
  const home = env['HOME'] || homedir()
  return {
    config: env['RELAYQ_CONFIG_HOME'] || join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'relayq'),
    cache: env['RELAYQ_CACHE_HOME'] || join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'relayq'),
    state: join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'relayq'),
  }
}
