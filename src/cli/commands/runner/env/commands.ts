import type { CommandEntry } from '../../../commands.ts'

/** Said after `relayq runner env`. */
export const envCommands: readonly CommandEntry[] = [
  {
    name: 'set',
    summary: 'set a setting of this machine; secrets from stdin or typed unseen',
    load: async () => (await import('./set.ts')).setEnv,
  },
  {
    name: 'list',
    summary: 'list the settings of this machine’s env file, secrets unseen',
    load: async () => (await import('./list.ts')).listEnv,
  },
  {
    name: 'unset',
    summary: 'take settings out of this machine’s env file',
    load: async () => (await import('./unset.ts')).unsetEnv,
  },
]
