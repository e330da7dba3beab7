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
  {
    name: 'drain',
    summary: 'let a runner of this machine finish its job, and stop it until it is resumed',
    load: async () => (await import('./drain.ts')).runnerDrain,
  },
  {
    name: 'resume',
    summary: 'let a drained runner take jobs again',
    load: async () => (await import('./resume.ts')).runnerResume,
  },
  {
    name: 'logs',
    summary: 'print what a runner of this machine says of itself, and follow it',
    load: async () => (await import('./logs.ts')).runnerLogs,
  },
  {
    name: 'keep',
    summary: 'look after the runners of this machine once (called by a timer every hour)',
    load: async () => (await import('./keep.ts')).runnerKeep,
  },
  {
    name: 'env',
    summary: 'set, list and unset what this machine is configured with',
    load: async () => (await import('./env/commands.ts')).envCommands,
  },
  {
    name: 'key',
    summary: 'print the key that files for this machine are encrypted to',
    load: async () => (await import('./key.ts')).runnerKey,
  },
]
