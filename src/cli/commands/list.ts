import { asError, RelayError } from '../../base/errors.ts'
import type { JobQuery, LedgerJob } from '../../ledger/records.ts'
import { deadStates, isFinalJobState, type JobState, jobStates } from '../../model/job.ts'
import { jobName } from '../../model/job-name.ts'
import type { Queue } from '../../queue/queue.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command, type Flags } from '../command.ts'
import type { Context } from '../context.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'
import { currentOrLastKnown } from '../last-known.ts'
import { choiceOption, parseText, parseWhole } from '../option-values.ts'
import { jobRecord, subjectFields } from '../subject.ts'
import { writeTable } from '../table.ts'
import { type Times, timesFor } from '../times.ts'

export interface ListOptions {
  readonly states: readonly JobState[] | null
  /** Only jobs that ended as none should. */
  readonly dead: boolean
  readonly batch: string | null
  readonly limit: number
  /** From the ledger alone: no broker is asked. */
  readonly local: boolean
  readonly json: JsonFields
}

/** The jobs of this machine and those started elsewhere, newest first, as the broker has them now. */
export const list = command<ListOptions>({
  define: command => {
    addBrokerOptions(command)
      .addOption(choiceOption('--state <states>', 'only these, comma-separated', jobStates))
      .option('--dead', 'only those that failed or expired, and why')
      .option('--batch <name>', 'only those of this batch')
      .option('-L, --limit <number>', 'at most so many', '20')
      .option('--local', 'as last known here, of every broker; none is asked')
    addJsonOption(command, subjectFields)
  },
  parse: (_, flags) => ({
    states: parseStates(flags),
    dead: flags['dead'] === true,
    batch: parseText('--batch', flags['batch']),
    limit: parseWhole('--limit', flags['limit'], 1, 1000),
    local: flags['local'] === true,
    json: parseJsonFields(flags, subjectFields),
  }),
  run: async (options, context) => {
    const found = await find(options, context)
    const jobs = found.slice(0, options.limit)
    if (found.length > jobs.length)
      context.say(`there are more than the newest ${jobs.length}; -L shows them`)
    if (options.json) {
      writeJson(
        context.streams,
        jobs.map(job => jobRecord(job)),
        options.json,
      )
      return 0
    }
    writeJobs(jobs, options, context)
    return 0
  },
})

/** One more than are shown, where there are more. */
async function find(options: ListOptions, context: Context): Promise<readonly LedgerJob[]> {
  const query = queryOf(options)
  if (options.local) return (await (await context.relayq()).history()).list(query)
  return currentOrLastKnown(
    context,
    async queue => upToDate(queue, query, context),
    history => {
      const known = history.list(query)
      return known.length === 0 ? null : known
    },
  )
}

function queryOf({ states, dead, batch, limit }: ListOptions): Omit<JobQuery, 'broker'> {
  const wanted = dead ? deadStates : states
  return { ...(wanted ? { states: wanted } : {}), ...(batch === null ? {} : { batch }), limit: limit + 1 }
}

function writeJobs(jobs: readonly LedgerJob[], options: ListOptions, context: Context): void {
  const { dead } = options
  const { streams } = context
  if (jobs.length === 0) {
    const isAny = options.states === null && !options.dead && options.batch === null
    context.say(isAny ? 'there is no job yet; relayq submit makes one' : 'there is no such job')
  }
  const times = timesFor(streams, new Date())
  const rows = jobs.map(job => {
    const { id, kind, state, failure, inputs, runnerName, createdAt } = job
    return [
      ...[id, kind, state, ...(dead ? [failure ?? 'unknown'] : [])],
      ...[runnerName ?? '', times.age(createdAt), jobName(inputs) ?? '', reasonOf(job, times)],
    ]
  })
  const heading = [
    'JOB',
    'KIND',
    'STATE',
    ...(dead ? ['FAILURE'] : []),
    'RUNNER',
    'SUBMITTED',
    'NAME',
    'REASON',
  ]
  writeTable(streams, heading, rows)
}

function reasonOf({ state, reason, notBefore, source }: LedgerJob, times: Times): string {
  if (reason !== null) return times.within(reason)
  if (state === 'pending' && notBefore !== null) return `not before ${times.at(notBefore)}`
  return source === 'adopted' ? 'started elsewhere' : ''
}

/** What the ledger knows is shown even where the broker cannot be asked. */
async function upToDate(
  queue: Queue,
  query: Omit<JobQuery, 'broker'>,
  context: Context,
): Promise<readonly LedgerJob[]> {
  // Both at once: what is adopted is new, and needs no second look.
  const [adopted, ...looked] = await Promise.allSettled([
    queue.adopt(),
    ...queue.list(query).map(async job => (isFinalJobState(job.state) ? job : queue.reconcile(job))),
  ])
  const failed = [adopted, ...looked].find(result => result.status === 'rejected')
  if (failed) context.say(`shown as last known: ${asError(failed.reason).message}`)
  return queue.list(query)
}

function parseStates(flags: Flags): readonly JobState[] | null {
  if (typeof flags['state'] !== 'string') return null
  if (flags['dead'] !== true) return flags['state'].split(',').map(parseState)
  throw new RelayError('usage', '--dead and --state cannot both be given.', { hint: 'Keep one.' })
}

function parseState(text: string): JobState {
  const state = jobStates.find(known => known === text.trim())
  if (state) return state
  throw new RelayError('usage', `There is no state "${text}".`, { hint: `States: ${jobStates.join(', ')}.` })
}
