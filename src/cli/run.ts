import { Command, CommanderError } from 'commander'
import { errorCodes } from '../base/errors.ts'
import type { LoadedCommand } from './command.ts'
import { type CommandEntry, commands } from './commands.ts'
import { createContext } from './context.ts'
import { reportError } from './report-error.ts'
import { processStreams, type Streams } from './streams.ts'

/** Runs one command of this process; resolves to its exit code and never throws. */
export async function runProcess(args: readonly string[]): Promise<number> {
  const closed = new AbortController()
  const streams = processStreams(() => closed.abort())
  try {
    return await runCommand(args, streams, closed.signal)
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : errorCodes.usage
    return reportError(thrown, streams, process.env)
  }
}

async function runCommand(args: readonly string[], streams: Streams, closed: AbortSignal): Promise<number> {
  let exitCode = 0
  const execute = async (entry: CommandEntry, loaded: LoadedCommand, command: Command) => {
    const { env } = process
    const flags = command.opts()
    await using context = createContext({ args, streams, env, cwd: process.cwd(), closed, flags })
    if (entry.runsJobs && process.getuid?.() === 0) context.say('running as root; so will the jobs')
    exitCode = await loaded.execute(command.args, flags, context)
  }
  const program = createProgram(streams)
  await addCommands(program, commands, args[0] === 'help' ? args.slice(1) : args, execute)
  await program.parseAsync([...args], { from: 'user' })
  return exitCode
}

/** Names all of them, and loads the one that `words` begin with; where that is a group, its own are added the same way. */
async function addCommands(
  parent: Command,
  entries: readonly CommandEntry[],
  words: readonly string[],
  execute: (entry: CommandEntry, loaded: LoadedCommand, command: Command) => Promise<void>,
): Promise<void> {
  for (const entry of entries) {
    const command = parent
      .command(entry.name, { hidden: entry.hidden ?? false })
      .summary(entry.summary)
      .description(entry.summary)
      .showHelpAfterError(`  See how it is used: ${pathOf(parent)} help ${entry.name}`)
    if (entry.name !== words[0]) continue
    const loaded = await entry.load()
    if ('execute' in loaded) {
      loaded.define(command)
      command.action(() => execute(entry, loaded, command))
    } else {
      const rest = words.slice(1)
      await addCommands(command, loaded, rest[0] === 'help' ? rest.slice(1) : rest, execute)
    }
  }
}

/** The words that call a command: "relayq runner". */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
}

/** commander says what is wrong with the words, suggests the nearest one, and throws instead of exiting. */
function createProgram(streams: Streams): Command {
  const program = new Command('relayq')
    .description('A job queue for people who own a few machines, with GitHub Actions as the broker.')
    .usage('COMMAND [options]')
    .option('-V, --version', 'print the version')
    .helpCommand('help [command]', 'show what a command does')
    .showSuggestionAfterError()
    .showHelpAfterError('  See all commands: relayq help')
    .exitOverride()
    .configureOutput({
      writeOut: text => void streams.out.write(text),
      writeErr: text => void streams.err.write(text),
      getOutHelpWidth: () => streams.width,
      outputError: (text, write) =>
        write(text.replace(/^error: /, 'relayq: ').replace(/\n\((.*)\)/, '\n  $1')),
    })
  return program
}
