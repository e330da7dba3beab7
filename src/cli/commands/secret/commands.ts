import type { CommandEntry } from '../../commands.ts'

/** Said after `relayq secret`. */
export const secretCommands: readonly CommandEntry[] = [
  {
    name: 'set',
    summary: 'set a secret of the repository, from stdin or typed unseen',
    load: async () => (await import('./set.ts')).setSecretCommand,
  },
  {
    name: 'list',
    summary: 'list the names of the repository’s secrets',
    load: async () => (await import('./list.ts')).listSecretsCommand,
  },
  {
    name: 'remove',
    summary: 'remove a secret of the repository',
    load: async () => (await import('./remove.ts')).removeSecretCommand,
  },
]
