import type { CommandEntry } from '../../commands.ts'

/** What is said after `relayq legacy`. */
export const legacyCommands: readonly CommandEntry[] = [
  {
    name: 'worker',
    summary: 'be a machine of a Redis queue: take its jobs, one at a time, until it is stopped',
    runsJobs: true,
    load: async () => (await import('./worker.ts')).worker,
  },
  {
    name: 'import',
    summary: 'bring the waiting jobs of a Redis queue to GitHub, each once',
    load: async () => (await import('./import.ts')).importCommand,
  },
]
