import type { Command } from 'commander'
import type { Context } from './context.ts'

/** What commander read: positional arguments and options by their long names. */
export type Flags = Readonly<Record<string, unknown>>

/**
 * The one shape of a command. `parse` turns words into options and throws RelayError `usage`; it is tested without
 * running. `run` does the work and may answer with an exit code other than 0; it is tested without parsing.
 */
export interface CommandParts<Options> {
  readonly define: (command: Command) => void
  readonly parse: (args: readonly string[], flags: Flags) => Options
  readonly run: (options: Options, context: Context) => Promise<number>
}

/** A command as the program calls it: what its options are is its own affair. */
export interface LoadedCommand {
  readonly define: (command: Command) => void
  readonly execute: (args: readonly string[], flags: Flags, context: Context) => Promise<number>
}

export function command<Options>(parts: CommandParts<Options>): CommandParts<Options> & LoadedCommand {
  return {
    ...parts,
    execute: async (args, flags, context) => parts.run(parts.parse(args, flags), context),
  }
}
