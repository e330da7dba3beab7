import type { CommandEntry } from '../../commands.ts'

/** What is said after `relayq runner`. */
export const runnerCommands: readonly CommandEntry[] = [
  {
    name: 'key',
    summary: 'print the key that files for this machine are encrypted to',
    load: async () => (await import('./key.ts')).runnerKey,
  },
]
