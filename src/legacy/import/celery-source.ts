import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { readCeleryMessage } from './celery-message.ts'
import { mapTask, ownTask } from './map-task.ts'
import type { WaitingJob } from './waiting-job.ts'

/** kombu's own words for its keys (kombu/transport/redis.py). */
const separator = '\x06\x16'
const bindingPrefix = '_kombu.binding.'
const unackedKey = 'unacked'
const unackedIndexKey = 'unacked_index'
/** A queue is a list, and one more for each step of priority but the highest, which has none. */
const prioritySteps = [0, 3, 6, 9]

/** LREM from the end where the oldest is; what is not there any more is not set aside. */
const moveScript = `
if redis.call('LREM', KEYS[1], -1, ARGV[1]) == 0 then return 0 end
return redis.call('RPUSH', KEYS[2], ARGV[2])
`
const moveUnackedScript = `
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('RPUSH', KEYS[3], ARGV[2])
`

/** The queues that kombu has bound in this Redis, and Celery's usual one. */
export async function celeryQueues(redis: Redis): Promise<readonly string[]> {
  const bindings: string[] = []
  const pages: AsyncIterable<readonly string[]> = redis.scanStream({
    match: `${bindingPrefix}*`,
    count: 1_000,
  })
  for await (const page of pages) bindings.push(...page)
  const bound = await Promise.all(bindings.map(key => redis.smembers(key)))
  const names = bound.flat().map(binding => binding.split(separator).at(-1) ?? '')
  // Workers talk to each other by queues of their own: these hold no tasks.
  const queues = names.filter(name => name !== '' && !/\.pidbox$|^celeryev/.test(name))
  return [...new Set(['celery', ...queues])]
}

/** The waiting tasks of one queue, oldest first, those of a higher priority before. */
export async function readCeleryQueue(
  redis: Redis,
  queue: string,
  circumstances: Circumstances,
): Promise<readonly WaitingJob[]> {
  const jobs: WaitingJob[] = []
  for (const step of prioritySteps) {
    const key = step === 0 ? queue : `${queue}${separator}${step}`
    if ((await redis.type(key)) !== 'list') continue
    const messages = await redis.lrange(key, 0, -1)
    for (const raw of messages.toReversed())
      jobs.push(waiting(redis, { key, queue, raw, priority: -step }, circumstances))
  }
  return jobs
}

/** How many messages workers took and have not answered for. */
export function countUnacked(redis: Redis): Promise<number> {
  return redis.hlen(unackedKey)
}

/** Those messages: only to be read where no Celery worker runs, which would do them as well. */
export async function readUnacked(
  redis: Redis,
  circumstances: Circumstances,
): Promise<readonly WaitingJob[]> {
  const taken = await redis.hgetall(unackedKey)
  return Object.entries(taken).map(([tag, json]) => {
    const delivery = parseJson(json)
    const message = Array.isArray(delivery) && isJsonObject(delivery[0]) ? JSON.stringify(delivery[0]) : json
    return {
      ...describe('celery unacked', message, 0, circumstances),
      claim: async () => true,
      remove: async () => {
        await redis.multi().hdel(unackedKey, tag).zrem(unackedIndexKey, tag).exec()
      },
      setAside: async (list, reason) => {
        const entry = JSON.stringify({ source: 'celery unacked', reason, message })
        await redis.eval(moveUnackedScript, 3, unackedKey, unackedIndexKey, list, tag, entry)
      },
    }
  })
}

export interface Circumstances {
  readonly now: number
  /** Of the repository's jobs/. */
  readonly scripts: readonly string[]
}

interface Listed {
  readonly key: string
  readonly queue: string
  readonly raw: string
  readonly priority: number
}

function waiting(
  redis: Redis,
  { key, queue, raw, priority }: Listed,
  circumstances: Circumstances,
): WaitingJob {
  const source = queue === 'celery' ? 'celery' : `celery ${queue}`
  return {
    ...describe(source, raw, priority, circumstances),
    // A list has no locks: while a Celery worker runs, it may take the message at any moment.
    claim: async () => (await redis.lpos(key, raw)) !== null,
    remove: async () => {
      await redis.lrem(key, -1, raw)
    },
    setAside: async (list, reason) => {
      const entry = JSON.stringify({ source, reason, message: raw })
      await redis.eval(moveScript, 2, key, list, raw, entry)
    },
  }
}

function describe(
  source: string,
  raw: string,
  priority: number,
  { now, scripts }: Circumstances,
): Omit<WaitingJob, 'claim' | 'remove' | 'setAside'> {
  const { id, name, task, problem, notBefore } = readCeleryMessage(raw, now)
  const mapped = task
    ? mapTask(task, scripts)
    : { kind: 'unmapped' as const, reason: problem ?? 'it cannot be read' }
  const known = id ?? createHash('sha256').update(raw).digest('hex')
  const isOwn = ownTask(name) !== null
  return { source, id: `celery:${known}`, task: name, mapped, isOwn, notBefore, priority }
}
