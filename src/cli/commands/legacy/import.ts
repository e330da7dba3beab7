import { RelayError } from '../../../base/errors.ts'
import type { RelayQ } from '../../../compose.ts'
import {
  type ImportedJob,
  type ImportRow,
  type ImportTarget,
  importJobs,
} from '../../../legacy/import/import-jobs.ts'
import { scriptsFolder } from '../../../model/script.ts'
import type { Queue } from '../../../queue/queue.ts'
import type { SubmitOutcome } from '../../../queue/submit.ts'
import { addBrokerOptions, addRefOption } from '../../broker-options.ts'
import { command } from '../../command.ts'
import type { Context } from '../../context.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../../json-output.ts'
import { collect, parseText, parseTexts } from '../../option-values.ts'
import { writeTable } from '../../table.ts'

export interface ImportCommandOptions {
  readonly bullQueues: readonly string[]
  readonly bullPrefix: string
  readonly unacked: boolean
  readonly setsAside: boolean
  readonly dryRun: boolean
  readonly json: JsonFields
}

const fields = ['source', 'message', 'task', 'outcome', 'job', 'reason'] as const

/** What waits in Redis becomes jobs of the chosen broker; what cannot is told, and left where it is unless asked. */
export const importCommand = command<ImportCommandOptions>({
  define: command => {
    addRefOption(addBrokerOptions(command))
      .option('--bullmq <queue>', 'a BullMQ queue of a program of yours, repeatable', collect)
      .option('--bullmq-prefix <prefix>', 'what the keys of those queues begin with', 'bull')
      .option('--unacked', 'also what Celery workers took and never finished: only when none of them runs')
      .option('--move-unmapped', 'move what cannot be mapped to the list relayq:unmapped')
      .option('-n, --dry-run', 'say what would be done, and do nothing')
    addJsonOption(command, fields)
  },
  parse: (_, flags) => ({
    bullQueues: parseTexts('--bullmq', flags['bullmq']),
    bullPrefix: parseText('--bullmq-prefix', flags['bullmqPrefix']) ?? 'bull',
    unacked: flags['unacked'] === true,
    setsAside: flags['moveUnmapped'] === true,
    dryRun: flags['dryRun'] === true,
    json: parseJsonFields(flags, fields),
  }),
  run: async ({ json, ...options }, context) => {
    const relayq = await context.relayq()
    if (/^rediss?:/.test((await relayq.broker()).id)) {
      throw new RelayError('usage', 'The jobs would go back to where they are: the chosen broker is Redis.', {
        hint: 'relayq down first, or name the other broker with --repo OWNER/REPO.',
      })
    }
    const place = relayq.redis
    const target = targetOf(await relayq.queue(), () => scriptsOf(relayq))
    const { rows, withWorkers } = await importJobs({ ...options, place }, target)
    if (json) writeJson(context.streams, rows.map(asRecord), json)
    else writeRows(rows, context)
    summarize(rows, withWorkers, context)
    return 0
  },
})

function targetOf(queue: Queue, scripts: ImportTarget['scripts']): ImportTarget {
  return {
    scripts,
    refusal: async job => {
      try {
        const outcome = await queue.submit({ ...job, dryRun: true })
        const isRefused = outcome.kind === 'dry_run' && outcome.decision.outcome === 'rejected'
        return isRefused ? outcome.decision.summary : null
      } catch (thrown) {
        // Whatever passes is the job's affair once it is kept: it goes out when it can.
        if (thrown instanceof RelayError && thrown.exitCode === 75) return null
        if (thrown instanceof RelayError && thrown.exitCode !== 4) return thrown.message
        throw thrown
      }
    },
    submit: async job => {
      const outcome = await submitOnce(queue, job)
      if (outcome.kind === 'dry_run') throw new RelayError('internal', 'A job was not submitted.')
      return { id: outcome.job.id, isNew: outcome.kind === 'created' }
    },
  }
}

/** None where they cannot be seen now: then a command counts only if it says `jobs/` itself. */
async function scriptsOf(relayq: RelayQ): Promise<readonly string[]> {
  try {
    const broker = await relayq.broker()
    const ref = relayq.config.get('RELAYQ_REF') ?? (await broker.defaultBranch())
    const listing = await broker.listFolder(scriptsFolder, ref)
    return listing.kind === 'entries' ? listing.names.filter(name => !name.endsWith('/')) : []
  } catch (thrown) {
    if (thrown instanceof RelayError && thrown.exitCode === 75) return []
    throw thrown
  }
}

/** A job that the broker refuses is kept as failed, and its refusal thrown: asked again, the queue answers with that job. */
async function submitOnce(queue: Queue, job: ImportedJob): Promise<SubmitOutcome> {
  try {
    return await queue.submit({ ...job, once: true })
  } catch (thrown) {
    if (!(thrown instanceof RelayError)) throw thrown
    return queue.submit({ ...job, once: true })
  }
}

function asRecord(row: ImportRow): Record<string, unknown> {
  return { ...row }
}

function writeRows(rows: readonly ImportRow[], { streams }: Context): void {
  const cells = rows.map(row => [row.outcome, row.job ?? '', row.source, row.task, row.reason ?? row.message])
  writeTable(streams, ['OUTCOME', 'JOB', 'SOURCE', 'TASK', 'WHY'], cells)
}

const words: Readonly<Record<ImportRow['outcome'], string>> = {
  imported: 'imported',
  known: 'imported before and now removed',
  would_import: 'would be imported',
  unmapped: 'left where they are',
  set_aside: 'moved to relayq:unmapped',
  gone: 'taken by a worker meanwhile',
}

function summarize(rows: readonly ImportRow[], withWorkers: number, { say }: Context): void {
  const counts = Map.groupBy(rows, ({ outcome }) => outcome)
  const parts = [...counts].map(([outcome, those]) => `${those.length} ${words[outcome]}`)
  say(parts.length === 0 ? 'nothing waits there' : parts.join(', '))
  if (withWorkers > 0) {
    say(`${withWorkers} more are with Celery workers; when none runs any more, add --unacked`)
  }
}
