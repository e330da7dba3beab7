import { setTimeout as sleep } from 'node:timers/promises'
import type { LedgerEvent } from '../../ledger/records.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { eventInWords } from '../event-words.ts'
import { parseSince, type Since, sinceOf } from '../since.ts'
import { printable } from '../streams.ts'
import { timesFor } from '../times.ts'
import { writeOut } from '../write-out.ts'

export interface EventsOptions {
  /** null: of all jobs. */
  readonly id: string | null
  readonly follow: boolean
  readonly json: boolean
  readonly since: Since | null
}

/** So many are read at once: there may be millions. */
const page = 1_000
/** Between two looks at the ledger, which cost next to nothing. */
const pollMs = 250

/** What the ledger of this machine learned of its jobs, oldest first, and with --follow what it goes on to learn. */
export const events = command<EventsOptions>({
  define: command => {
    command
      .argument('[id]', 'only of this job')
      .option('-f, --follow', 'stay, and print what comes; alone, only that')
      .option('--since <event>', 'those after the event of this number, or of so long: 10m, 2d')
      .option('--json', 'one JSON object a line: id, jobId, attemptId, at, type, detail')
  },
  parse: ([id = null], flags) => ({
    id,
    follow: flags['follow'] === true,
    json: flags['json'] === true,
    since: parseSince('--since', flags['since'], 'event'),
  }),
  run: async (options, context) => {
    const history = await (await context.relayq()).history()
    const signal = AbortSignal.any([context.closed, ...(options.follow ? [context.interrupted()] : [])])
    const only = { ...sinceOf(options.since, Date.now()), jobId: history.requireJobId(options.id) }
    let afterId = only.afterId ?? (options.follow && !options.since ? history.newestEventId() : 0)
    while (!signal.aborted) {
      // Before they are read: what comes while they are is then seen as new.
      const seen = history.newestEventId()
      const found = history.events({ ...only, afterId, limit: page })
      for (const event of found) if (!(await write(event, options, context))) return 0
      afterId = found.at(-1)?.id ?? afterId
      if (found.length === page) continue
      if (!options.follow) return 0
      while (!signal.aborted && history.newestEventId() === seen) await pause(signal)
    }
    return 0
  },
})

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(pollMs, undefined, { signal }).catch(() => undefined)
}

function write(event: LedgerEvent, { json, id }: EventsOptions, context: Context): Promise<boolean> {
  if (json) return writeOut(`${JSON.stringify(event)}\n`, context)
  const times = timesFor(context.streams, new Date())
  const who = id === null ? `${event.jobId}  ` : ''
  return writeOut(`${printable(`${times.at(event.at)}  ${who}${eventInWords(event)}`)}\n`, context)
}
