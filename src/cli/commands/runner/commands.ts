import type { CommandEntry } from '../../commands.ts'

/** Said after `relayq runner`. */
export const runnerCommands: readonly CommandEntry[] = [
  {
    name: 'env',
    summary: 'set, list and unset what this machine is configured with',
    load: async () => (await import('./env/commands.ts')).envCommands,
  },
]
