import type { CommandEntry } from '../../commands.ts'

/** What is said after `relayq runner`. */
export const runnerCommands: readonly CommandEntry[] = [
  {
    name: 'add',
    summary: 'make this machine a runner: package, account, registration, service',
    load: async () => (await import('./add.ts')).runnerAdd,
  },
  {
    name: 'list',
    summary: 'list the runners of this machine: version, service, and what the broker knows of them',
    load: async () => (await import('./list.ts')).runnerList,
  },
  {
    name: 'env',
    summary: 'set, list and unset what this machine is configured with',
    load: async () => (await import('./env/commands.ts')).envCommands,
  },
]
