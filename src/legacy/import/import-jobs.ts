import type { Redis } from 'ioredis'
import { asking, openConnection, type RedisPlace } from '../connection.ts'
import { LabelQueues } from '../label-queues.ts'
import { loadPackages } from '../packages.ts'
import { RunStore } from '../run-store.ts'
import { readBullQueue } from './bullmq-source.ts'
import {
  type Circumstances,
  celeryQueues,
  countUnacked,
  readCeleryQueue,
  readUnacked,
} from './celery-source.ts'
import { readRuns } from './runs-source.ts'
import type { WaitingJob } from './waiting-job.ts'

export interface ImportOptions {
  readonly place: RedisPlace
  /** BullMQ queues of the owner's programs. */
  readonly bullQueues: readonly string[]
  /** What BullMQ's keys begin with. */
  readonly bullPrefix: string
  /** Also what Celery workers took and never answered for. */
  readonly unacked: boolean
  readonly dryRun: boolean
  /** Moves what cannot be mapped to the list `<prefix>:unmapped`. */
  readonly setsAside: boolean
}

/** A job as it is to be submitted: at most once for its key, whatever becomes of it. */
export interface ImportedJob {
  readonly key: string
  readonly kind: string
  readonly inputs: Readonly<Record<string, string>>
  readonly pin: string | null
  readonly notBefore: string | null
  readonly priority: number
}

/** Where the jobs go. A refusal has submitted nothing. */
export interface ImportTarget {
  /** The scripts at the top of the repository's jobs/. */
  scripts(): Promise<readonly string[]>
  /** Why a job would be refused; null: it would not. */
  refusal(job: ImportedJob): Promise<string | null>
  submit(job: ImportedJob): Promise<{ readonly id: string; readonly isNew: boolean }>
}

export interface ImportRow {
  readonly source: string
  readonly message: string
  readonly task: string
  /** known: it had been submitted before, by an import that was cut short. gone: a worker took it meanwhile. */
  readonly outcome: 'imported' | 'known' | 'would_import' | 'unmapped' | 'set_aside' | 'gone'
  /** The job's id. */
  readonly job: string | null
  readonly reason: string | null
}

export interface ImportReport {
  readonly rows: readonly ImportRow[]
  /** Messages that Celery workers have, and that were left to them. */
  readonly withWorkers: number
}

/**
 * Brings what waits in Redis to the target: submits each job under a key of its message, and only then takes the message
 * away. An import that dies in between is repeated without doing anything twice.
 */
export async function importJobs(options: ImportOptions, target: ImportTarget): Promise<ImportReport> {
  const packages = await loadPackages()
  const { place } = options
  const redis = openConnection(packages, place, { lasting: false })
  const store = new RunStore(redis, place.prefix)
  const queues = new LabelQueues(packages, redis, place.prefix, store)
  const named = options.bullQueues.map(
    name => new packages.bullmq.Queue(name, { connection: redis, prefix: options.bullPrefix }),
  )
  for (const queue of named) queue.on('error', () => {})
  try {
    return await asking(place, async () => {
      await redis.ping()
      const circumstances = { now: Date.now(), scripts: await target.scripts() }
      const bull = (
        await Promise.all(named.map(queue => readBullQueue(redis, queue, circumstances.scripts)))
      ).flat()
      const runs = await readRuns(redis, store, queues)
      const { jobs, withWorkers } = await readCelery(redis, options, circumstances)
      const rows: ImportRow[] = []
      for (const job of [...runs, ...bull, ...jobs]) rows.push(await importOne(job, options, target))
      return { rows, withWorkers }
    })
  } finally {
    await Promise.all(
      [...named.map(queue => queue.close()), queues.close()].map(closing => closing.catch(() => {})),
    )
    redis.disconnect()
  }
}

async function readCelery(
  redis: Redis,
  { unacked }: ImportOptions,
  circumstances: Circumstances,
): Promise<{ readonly jobs: readonly WaitingJob[]; readonly withWorkers: number }> {
  const lists: WaitingJob[] = []
  for (const queue of await celeryQueues(redis))
    lists.push(...(await readCeleryQueue(redis, queue, circumstances)))
  if (unacked) return { jobs: [...(await readUnacked(redis, circumstances)), ...lists], withWorkers: 0 }
  return { jobs: lists, withWorkers: await countUnacked(redis) }
}

async function importOne(
  waiting: WaitingJob,
  options: ImportOptions,
  target: ImportTarget,
): Promise<ImportRow> {
  const { source, id, task, mapped, notBefore, priority } = waiting
  const row = { source, message: id ?? '', task, job: null, reason: null }
  const leave = async (reason: string): Promise<ImportRow> => {
    if (options.dryRun || !options.setsAside || !waiting.isOwn) return { ...row, outcome: 'unmapped', reason }
    await waiting.setAside(`${options.place.prefix}:unmapped`, reason)
    return { ...row, outcome: 'set_aside', reason }
  }
  if (mapped.kind === 'unmapped') return leave(mapped.reason)
  const { job: kind, inputs, pin } = mapped
  const job: ImportedJob = { key: `legacy:${id}`, kind, inputs, pin, notBefore, priority }
  const refusal = await target.refusal(job)
  if (refusal !== null) return leave(refusal)
  if (options.dryRun) return { ...row, outcome: 'would_import' }
  if (!(await waiting.claim())) return { ...row, outcome: 'gone', reason: 'a worker took it meanwhile' }
  const submitted = await target.submit(job)
  await waiting.remove()
  return { ...row, outcome: submitted.isNew ? 'imported' : 'known', job: submitted.id }
}
