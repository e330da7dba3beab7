import type { CommandEntry } from '../../commands.ts'

/** What is said after `relayq runner`. */
export const runnerCommands: readonly CommandEntry[] = [
  {
    name: 'add',
    summary: 'make this machine a runner: package, account, registration, service',
    load: async () => (await import('./add.ts')).runnerAdd,
  },
  {
    name: 'remove',
    summary: 'take a runner of this machine away: service, registration, folder',
    load: async () => (await import('./remove.ts')).runnerRemove,
  },
  {
    name: 'update',
    summary: 'bring a runner of this machine to the newest version, and back if that does not come up',
    load: async () => (await import('./update.ts')).runnerUpdate,
  },
  {
    name: 'list',
    summary: 'list the runners of this machine: version, service, and what the broker knows of them',
    load: async () => (await import('./list.ts')).runnerList,
  },
]
