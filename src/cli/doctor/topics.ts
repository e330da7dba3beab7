import type { Check } from '../../provision/doctor/check.ts'
import type { Context } from '../context.ts'

/** A part of the examination that can be asked for by its name. */
export interface Topic {
  readonly name: string
  readonly summary: string
  /** Loads what it needs, and only then. */
  readonly checks: (context: Context) => Promise<readonly Check[]>
}

/** In the order in which a person would look. */
export const topics: readonly Topic[] = [
  {
    name: 'machine',
    summary: 'this machine: its files, its programs',
    checks: async context => (await import('./machine-checks.ts')).machineChecks(context),
  },
  {
    name: 'speech',
    summary: 'the speech engines of this machine and their models',
    checks: async ({ env }) => [(await import('./speech-check.ts')).speechCheck(env)],
  },
]
