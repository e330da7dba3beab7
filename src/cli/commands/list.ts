import { asError, RelayError } from '../../base/errors.ts'
import type { LedgerJob } from '../../ledger/records.ts'
import { isFinalJobState, type JobState } from '../../model/job.ts'
import type { Queue } from '../../queue/queue.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'
import { currentOrLastKnown } from '../last-known.ts'
import { parseWhole } from '../option-values.ts'
import { jobRecord, subjectFields } from '../subject.ts'
import { writeTable } from '../table.ts'
import { timesFor } from '../times.ts'

export interface ListOptions {
  readonly states: readonly JobState[] | null
  readonly limit: number
  readonly json: JsonFields
}

const jobStates: readonly JobState[] = [
  'pending',
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
]

/** The jobs submitted from this machine, newest first; active ones are brought up to date with the broker. */
export const list = command<ListOptions>({
  define: command => {
    addBrokerOptions(command)
      .option('--state <states>', `only these, comma-separated: ${jobStates.join(', ')}`)
      .option('-L, --limit <number>', 'at most so many', '20')
    addJsonOption(command, subjectFields)
  },
  parse: (_, flags) => ({
    states: typeof flags['state'] === 'string' ? flags['state'].split(',').map(parseState) : null,
    limit: parseWhole('--limit', flags['limit'], 1, 1000),
    json: parseJsonFields(flags, subjectFields),
  }),
  run: async ({ states, limit, json }, context) => {
    const query = states ? { states, limit } : { limit }
    const jobs = await currentOrLastKnown(
      context,
      async queue => upToDate(queue, queue.list(query), context),
      history => {
        const known = history.list(query)
        return known.length === 0 ? null : known
      },
    )
    if (json) {
      writeJson(
        context.streams,
        jobs.map(job => jobRecord(job)),
        json,
      )
      return 0
    }
    const times = timesFor(context.streams, new Date())
    const rows = jobs.map(({ id, kind, state, runnerName, createdAt, reason }) => [
      id,
      kind,
      state,
      runnerName ?? '',
      times.age(createdAt),
      reason ?? '',
    ])
    writeTable(context.streams, ['JOB', 'KIND', 'STATE', 'RUNNER', 'SUBMITTED', 'REASON'], rows)
    return 0
  },
})

/** What the ledger knows is shown even where the broker cannot be asked. */
async function upToDate(
  queue: Queue,
  jobs: readonly LedgerJob[],
  context: Context,
): Promise<readonly LedgerJob[]> {
  const known = await Promise.allSettled(
    jobs.map(async job => (isFinalJobState(job.state) ? job : queue.reconcile(job))),
  )
  const failed = known.find(result => result.status === 'rejected')
  if (failed) context.say(`shown as last known: ${asError(failed.reason).message}`)
  return jobs.map((job, index) => {
    const result = known[index]
    return result?.status === 'fulfilled' ? result.value : job
  })
}

function parseState(text: string): JobState {
  const state = jobStates.find(known => known === text.trim())
  if (state) return state
  throw new RelayError('usage', `There is no state "${text}".`, { hint: `States: ${jobStates.join(', ')}.` })
}
