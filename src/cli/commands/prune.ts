import { parseDuration } from '../../base/duration.ts'
import { RelayError } from '../../base/errors.ts'
import { command } from '../command.ts'

export interface PruneOptions {
  readonly olderThanSeconds: number
  readonly forget: boolean
  readonly dryRun: boolean
}

/** Removes what is long over from the ledger of this machine, and says how much that was. */
export const prune = command<PruneOptions>({
  define: command => {
    command
      .requiredOption('--older-than <duration>', 'jobs that were over so long ago, such as 90d')
      .option('--forget', 'also jobs that succeeded: submitted again, they are done again')
      .option('-n, --dry-run', 'say how many there are, and remove none')
  },
  parse: (_, flags) => ({
    olderThanSeconds: parseAge(String(flags['olderThan'])),
    forget: flags['forget'] === true,
    dryRun: flags['dryRun'] === true,
  }),
  run: async ({ olderThanSeconds, forget, dryRun }, context) => {
    const history = await (await context.relayq()).history()
    const before = new Date(Math.max(0, Date.now() - olderThanSeconds * 1000)).toISOString()
    const kept = forget
      ? ''
      : ' (what succeeded is kept, so that it is not done again; --forget removes it too)'
    if (dryRun) {
      context.say(`would remove ${inWords(history.countPrunable({ before, forget }))}${kept}`)
      return 0
    }
    const { jobs, notCompacted } = await history.prune({ before, forget })
    context.say(`removed ${inWords(jobs)}, with attempts, events and results${kept}`)
    if (notCompacted !== null) context.say(`the ledger is as large as before: ${notCompacted}`)
    return 0
  },
})

function inWords(jobs: number): string {
  return jobs === 1 ? '1 job' : `${jobs} jobs`
}

function parseAge(text: string): number {
  const seconds = parseDuration(text)
  if (seconds !== null) return seconds
  throw new RelayError('usage', `--older-than cannot be "${text}".`, { hint: 'Give a duration such as 90d.' })
}
