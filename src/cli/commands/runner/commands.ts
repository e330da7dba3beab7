import type { CommandEntry } from '../../commands.ts'

/** What is said after `relayq runner`. */
export const runnerCommands: readonly CommandEntry[] = [
  {
    name: 'list',
    summary: 'list the runners of this machine: version, service, and what the broker knows of them',
    load: async () => (await import('./list.ts')).runnerList,
  },
]
