import type { LoadedCommand } from './command.ts'

export interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** Not shown in the help: for RelayQ's own processes and workflows. */
  readonly hidden?: boolean
  /** It runs jobs, or processes that do: as root, so do they. */
  readonly runsJobs?: boolean
  /** Loads the command's file, and only then what it needs; or the commands that are said after this name. */
  readonly load: () => Promise<LoadedCommand | readonly CommandEntry[]>
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
    name: 'init',
    summary: 'make a private repository of GitHub a queue, or bring it up to date',
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'dispatch',
    summary: 'start a workflow and print its run’s address',
    load: async () => (await import('./commands/dispatch.ts')).dispatch,
  },
  {
    name: 'submit',
    summary: 'submit a job and print its id',
    load: async () => (await import('./commands/submit.ts')).submit,
  },
  {
    name: 'kinds',
    summary: 'list what can be submitted, and the inputs of each kind of job',
    load: async () => (await import('./commands/kinds.ts')).kindsCommand,
  },
  {
    name: 'route',
    summary: 'explain which machine would do a job, and why not another',
    load: async () => (await import('./commands/route.ts')).route,
  },
  {
    name: 'policy',
    summary: 'check the policy file, and say what it does',
    load: async () => (await import('./commands/policy.ts')).policy,
  },
  {
    name: 'list',
    summary: 'list the jobs of this machine, and those started elsewhere',
    load: async () => (await import('./commands/list.ts')).list,
  },
  {
    name: 'view',
    summary: 'show a job or run, and everything that happened to it',
    load: async () => (await import('./commands/view.ts')).view,
  },
  {
    name: 'browse',
    summary: 'open the page of a job’s run in the browser',
    load: async () => (await import('./commands/browse.ts')).browse,
  },
  {
    name: 'wait',
    summary: 'wait for a job or run to end, and end as it did',
    load: async () => (await import('./commands/wait.ts')).wait,
  },
  {
    name: 'watch',
    summary: 'follow a job’s log and progress while it runs',
    load: async () => (await import('./commands/watch.ts')).watch,
  },
  {
    name: 'logs',
    summary: 'print the log of a job or run',
    load: async () => (await import('./commands/logs.ts')).logs,
  },
  {
    name: 'result',
    summary: 'print, save or open the result of a job',
    load: async () => (await import('./commands/result.ts')).result,
  },
  {
    name: 'search',
    summary: 'find where words were said, in all transcripts fetched to this machine',
    load: async () => (await import('./commands/search.ts')).search,
  },
  {
    name: 'cancel',
    summary: 'end a job or run',
    load: async () => (await import('./commands/cancel.ts')).cancel,
  },
  {
    name: 'retry',
    summary: 'put jobs that failed, expired or were cancelled back into the queue',
    load: async () => (await import('./commands/retry.ts')).retry,
  },
  {
    name: 'runners',
    summary: 'list the machines and what they do',
    load: async () => (await import('./commands/runners.ts')).runners,
  },
  {
    name: 'runner',
    summary: 'set up this machine as a runner, and keep it one',
    load: async () => (await import('./commands/runner/commands.ts')).runnerCommands,
  },
  {
    name: 'supervise',
    summary: 'keep jobs moving: send, follow, move and retry them, until it is stopped',
    load: async () => (await import('./commands/supervise.ts')).supervise,
  },
  {
    name: 'events',
    summary: 'print everything that happened to the jobs of this machine, and follow it',
    load: async () => (await import('./commands/events.ts')).events,
  },
  {
    name: 'stats',
    summary: 'tell how jobs ended, how long they took, and how fast the machines are',
    load: async () => (await import('./commands/stats.ts')).stats,
  },
  {
    name: 'export',
    summary: 'write the jobs of this machine as JSON lines, with all that is known of them',
    load: async () => (await import('./commands/export.ts')).exportCommand,
  },
  {
    name: 'prune',
    summary: 'remove jobs that are long over from this machine',
    load: async () => (await import('./commands/prune.ts')).prune,
  },
  {
    name: 'models',
    summary: 'list, pull and remove the speech models of this machine',
    load: async () => (await import('./commands/models.ts')).models,
  },
  {
    name: 'doctor',
    summary: 'say what this machine can do, what it lacks, and what mends it',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'audit',
    summary: 'look for leaked secrets, dangerous workflows, and machines that jobs could take',
    load: async () => (await import('./commands/audit.ts')).audit,
  },
  {
    name: 'secret',
    summary: 'set, list and remove the repository’s secrets',
    load: async () => (await import('./commands/secret/commands.ts')).secretCommands,
  },
  {
    name: 'config',
    summary: 'show every setting and where it comes from',
    load: async () => (await import('./commands/config.ts')).config,
  },
  {
    name: 'legacy',
    summary: 'work on a Redis queue as RelayQ once did, and bring its jobs to GitHub',
    load: async () => (await import('./commands/legacy/commands.ts')).legacyCommands,
  },
  {
    name: 'errors',
    summary: 'say what an error code means, and what mends it',
    load: async () => (await import('./commands/errors.ts')).errors,
  },
  {
    name: 'completion',
    summary: 'print what makes bash, zsh or fish complete relayq',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
  {
    name: 'run-job',
    summary: 'do one job on this machine (called by a workflow’s step)',
    load: async () => (await import('./commands/run-job.ts')).runJobCommand,
  },
  {
    name: 'hub',
    summary: 'serve the embedded GitHub (started by `relayq up`)',
    hidden: true,
    load: async () => (await import('./commands/hub.ts')).hub,
  },
]
