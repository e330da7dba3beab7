import { Command, CommanderError } from 'commander'
import { errorCodes } from '../base/errors.ts'
import { commands } from './commands.ts'
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
  const program = createProgram(streams)
  for (const entry of commands) {
    const command = program
      .command(entry.name, { hidden: entry.hidden ?? false })
      .summary(entry.summary)
      .description(entry.summary)
      .showHelpAfterError(`  See how it is used: relayq help ${entry.name}`)
    if (entry.name !== (args[0] === 'help' ? args[1] : args[0])) continue
    const loaded = await entry.load()
    loaded.define(command)
    command.action(async () => {
      await using context = createContext({
        args,
        streams,
        env: process.env,
        cwd: process.cwd(),
        closed,
        flags: command.opts(),
      })
      if (entry.runsJobs && process.getuid?.() === 0) context.say('running as root; so will the jobs')
      exitCode = await loaded.execute(command.args, command.opts(), context)
    })
  }
  await program.parseAsync([...args], { from: 'user' })
  return exitCode
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
