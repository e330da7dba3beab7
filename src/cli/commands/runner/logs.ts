import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { RelayError, systemErrorCode } from '../../../base/errors.ts'
import { runProgram } from '../../../base/process.ts'
import {
  type InstalledRunner,
  placesOf,
  type RunnerPlaces,
  runnersFolder,
} from '../../../provision/runner/inventory.ts'
import { command } from '../../command.ts'
import type { Context } from '../../context.ts'
import { parseWhole } from '../../option-values.ts'
import { printable } from '../../streams.ts'
import { namedRunner } from './named-runner.ts'

export interface RunnerLogsOptions {
  readonly name: string | null
  readonly follow: boolean
  readonly lines: number
  /** What actions/runner writes of itself, instead of what its service prints. */
  readonly diag: boolean
}

/** What a runner's service has printed: of its start, its connection, and which jobs it took. */
export const runnerLogs = command<RunnerLogsOptions>({
  define: command => {
    command
      .argument('[name]', 'a runner of this machine (default: its only one)')
      .option('-f, --follow', 'go on with what is written from now on')
      .option('-n, --lines <number>', 'how many of the last lines', '50')
      .option('--diag', 'the runner’s own log (_diag), for finding out why it does not connect')
  },
  parse: ([name], flags) => ({
    name: name ?? null,
    follow: flags['follow'] === true,
    lines: parseWhole('--lines', flags['lines'], 0, 100_000),
    diag: flags['diag'] === true,
  }),
  run: async (options, context) => {
    const runner = namedRunner(options.name, context.env)
    const places = placesOf(runnersFolder(context.env), runner.name)
    const [program = '', ...args] = await printerOf(runner, places, options)
    return await print(program, args, context)
  },
})

/** The program that prints it: systemd's journal, or the end of a file. */
async function printerOf(
  { service }: InstalledRunner,
  places: RunnerPlaces,
  { follow, lines, diag }: RunnerLogsOptions,
): Promise<readonly string[]> {
  if (service.kind === 'systemd' && !diag) {
    const words = ['--unit', service.unit, '--lines', String(lines), '--output', 'short-iso', '--no-pager']
    return ['journalctl', ...words, ...(follow ? ['--follow'] : [])]
  }
  const file = diag ? await newestDiag(places) : join(places.log, 'runner.log')
  if (!follow && !existsSync(file)) throw noLog(places.log, 'See whether it runs: relayq runner list')
  return ['tail', '-n', String(lines), ...(follow ? ['-F'] : []), file]
}

/** `Runner_20261126-010203-utc.log` of the listener; the worker's, of each job, begin with another word. */
async function newestDiag({ versions, current }: RunnerPlaces): Promise<string> {
  const folder = join(current, '_diag')
  try {
    const names = (await readdir(folder)).filter(name => /^Runner_.*\.log$/.test(name))
    const times = await Promise.all(names.map(async name => (await stat(join(folder, name))).mtimeMs))
    const newest = names[times.indexOf(Math.max(...times))]
    if (newest !== undefined) return join(folder, newest)
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    if (code === 'EACCES') throw closed(versions, thrown)
    if (code !== 'ENOENT') throw thrown
  }
  throw noLog(folder, 'See what its service says: relayq runner logs')
}

function noLog(folder: string, hint: string): RelayError {
  return new RelayError('file_unusable', `There is no log in ${folder} yet.`, { hint })
}

function closed(folder: string, cause: unknown): RelayError {
  const hint = 'Run the same with sudo.'
  return new RelayError('not_authorized', `Only the runner's own account may look into ${folder}.`, {
    hint,
    cause,
  })
}

/** Line by line, without what could move a cursor. Ctrl-C ends following, and is no failure. */
async function print(program: string, args: readonly string[], context: Context): Promise<number> {
  const { streams, env } = context
  const outcome = await runProgram(program, args, {
    env,
    signal: AbortSignal.any([context.interrupted(), context.closed]),
    maxOutputBytes: 4096,
    graceMs: 500,
    onStdoutLine: line => void streams.out.write(`${printable(line)}\n`),
    onStderrLine: line => void streams.err.write(`${printable(line)}\n`),
  })
  if (outcome.kind === 'aborted') return 0
  if (outcome.kind === 'exited' && outcome.code === 0) return 0
  if (outcome.kind === 'not_found') {
    throw new RelayError('tool_missing', `There is no ${program} on this machine.`, {
      hint: 'Read the runner’s own log: relayq runner logs --diag',
    })
  }
  return 1
}
