import { formatDuration } from '../../base/duration.ts'
import type { GroupStats, LedgerStats, Spread } from '../../ledger/stats.ts'
import { command } from '../command.ts'
import { parseSince, type Since, sinceOf } from '../since.ts'
import type { Streams } from '../streams.ts'
import { writeTable } from '../table.ts'

export interface StatsOptions {
  readonly since: Since | null
  readonly json: boolean
}

/** How jobs ended, how long they waited and ran, and how fast the machines are; from the ledger of this machine alone. */
export const stats = command<StatsOptions>({
  define: command => {
    command
      .option('--since <duration>', 'of jobs submitted in so long: 12h, 7d', '30d')
      .option('--json', 'as JSON; times in seconds')
  },
  parse: (_, flags) => ({ since: parseSince('--since', flags['since']), json: flags['json'] === true }),
  run: async ({ since, json }, context) => {
    const history = await (await context.relayq()).history()
    const now = Date.now()
    const from = sinceOf(since, now).since ?? ''
    const found = history.stats(from, new Date(now))
    if (json) context.streams.out.write(`${JSON.stringify({ since: from, ...found }, null, 2)}\n`)
    else writeStats(found, context.streams)
    return 0
  },
})

const heading = ['', 'NAME', 'SUCCEEDED', 'FAILED', 'OTHER', 'WAITED', 'RAN', 'SPEED']

/** Each row begins with what it is of: behind a pipe there is no heading. */
function writeStats(
  { kinds, runners, speeds, failures, hostedMinutes, costs }: LedgerStats,
  streams: Streams,
): void {
  const speedOf = (runner: string) =>
    speeds
      .filter(measured => measured.runner === runner)
      .map(({ kind, speed }) => `${kind} ${speed.toPrecision(2)}`)
      .join(', ')
  writeTable(streams, heading, [
    ...kinds.map(group => ['kind', ...rowOf(group), '']),
    ...runners.map(group => ['runner', ...rowOf(group), speedOf(group.name)]),
  ])
  const dead = failures.map(({ failure, jobs }) => ['failure', failure, String(jobs)])
  writeTable(streams, ['', 'FAILURE', 'JOBS'], dead)
  const spent = costs.map(({ provider, model, usd, jobs }) => [
    'cost',
    `${provider} ${model}`,
    usd.toFixed(4),
    String(jobs),
  ])
  writeTable(streams, ['', 'SERVICE', 'USD', 'JOBS'], spent)
  writeTable(streams, ['', 'HOSTED', 'MINUTES'], [['hosted', 'this month', String(hostedMinutes)]])
}

function rowOf({ name, states, wait, run }: GroupStats): readonly string[] {
  const { succeeded = 0, failed = 0, ...others } = states
  const other = Object.values(others).reduce((sum, many) => sum + many, 0)
  return [name, String(succeeded), String(failed), String(other), inWords(wait), inWords(run)]
}

function inWords({ median, p90 }: Spread): string {
  return median === null || p90 === null ? '' : `${formatDuration(median)} (p90 ${formatDuration(p90)})`
}
