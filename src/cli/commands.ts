import type { LoadedCommand } from './command.ts'

interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** Not shown in the help: for RelayQ's own processes and workflows. */
  readonly hidden?: boolean
  /** It runs jobs, or processes that do: as root, so do they. */
  readonly runsJobs?: boolean
  /** Loads the command's file, and only then what it needs. */
  readonly load: () => Promise<LoadedCommand>
}

/** Every command. A file of commands/ is loaded only when its command is called. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'show the whole system at work on this machine, with real speech',
    runsJobs: true,
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    name: 'up',
    summary: 'start the embedded GitHub and its runners on this machine',
    runsJobs: true,
    load: async () => (await import('./commands/up.ts')).up,
  },
  {
    name: 'down',
    summary: 'stop what `relayq up` started',
    load: async () => (await import('./commands/down.ts')).down,
  },
  {
    name: 'dispatch',
    summary: 'start a workflow and print its run’s address',
    load: async () => (await import('./commands/dispatch.ts')).dispatch,
  },
  {
    name: 'config',
    summary: 'show every setting and where it comes from',
    load: async () => (await import('./commands/config.ts')).config,
  },
  {
    name: 'hub',
    summary: 'serve the embedded GitHub (started by `relayq up`)',
    hidden: true,
    load: async () => (await import('./commands/hub.ts')).hub,
  },
]
