import { Command } from 'commander'
import type { CommandParts } from '../../src/cli/command.ts'

/** Reads a command line as the program does, up to the options; nothing runs. */
export function parseCommand<Options>(parts: CommandParts<Options>, words: readonly string[]): Options {
  const command = new Command('test').exitOverride().configureOutput({ writeErr: () => {} })
  parts.define(command)
  command.action(() => {})
  command.parse([...words], { from: 'user' })
  return parts.parse(command.args, command.opts())
}
