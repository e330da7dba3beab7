import type { Redis } from 'ioredis'
import { isJsonObject, parseJson } from '../base/json.ts'
import type { CancelAnswer } from '../model/broker.ts'
import type { Annotation, Conclusion, RunStatus } from '../model/run.ts'
import * as scripts from './scripts.ts'

/** A run as Redis has it. Times are milliseconds by the clock of Redis. */
export interface StoredRun {
  readonly id: number
  /** File name. */
  readonly workflow: string
  readonly title: string
  /** The job this run is an attempt of; '' for a plain dispatch without an id. */
  readonly job: string
  readonly inputs: Readonly<Record<string, string>>
  readonly labels: readonly string[]
  readonly status: RunStatus
  readonly conclusion: Conclusion | null
  readonly runner: string | null
  /** How often a worker has begun it. */
  readonly takes: number
  readonly failedStep: string | null
  readonly annotations: readonly Annotation[]
  readonly createdAt: number
  readonly startedAt: number | null
  readonly completedAt: number | null
  readonly updatedAt: number
}

export type NewRun = Pick<StoredRun, 'workflow' | 'title' | 'job' | 'inputs' | 'labels'>

/** How a run ended. */
export interface RunEnd {
  readonly conclusion: Conclusion
  readonly failedStep: string | null
  readonly annotations: readonly Annotation[]
}

export type Taking = 'taken' | 'over' | 'withheld' | 'exhausted'

/** A run may be begun so often: what kills its worker each time is not tried for ever. */
const mostTakes = 4
/** As GitHub words it, and model/classify understands it. */
const lostWorker: Annotation = {
  level: 'failure',
  title: null,
  message: `The runner lost communication with the server ${mostTakes} times while it worked on this run.`,
}
/** A log of more than this ends with what it has. */
const longestLogBytes = 8 * 1024 * 1024
/** As long as the workflows keep a result. */
const resultLifeMs = 3 * 86_400_000
/** A worker that died between putting its result and saying so leaves it for so long. */
const looseResultSeconds = 3_600
const pageSize = 100

/** The runs of Redis mode: what they are, in one place, whatever BullMQ makes of their turn. */
export class RunStore {
  readonly #redis: Redis
  readonly #prefix: string

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis
    this.#prefix = prefix
  }

  /** Written before it is put into any queue: `unsent` names it until it is there. */
  async create({ workflow, title, job, inputs, labels }: NewRun): Promise<number> {
    const fields = { workflow, title, job, inputs: JSON.stringify(inputs), labels: JSON.stringify(labels) }
    return Number(await this.#run(scripts.createRun, job, ...Object.entries(fields).flat()))
  }

  async get(id: number): Promise<StoredRun | null> {
    const fields = await this.#redis.hgetall(this.#key(`run:${id}`))
    return readRun(id, fields)
  }

  /** All of them, or those that are not over; newest first, read page by page as they are asked for. */
  async *newestFirst(which: 'runs' | 'active' = 'runs'): AsyncGenerator<StoredRun> {
    let below = '+inf'
    for (;;) {
      const page = ['LIMIT', 0, pageSize] as const
      const ids = await this.#redis.zrevrangebyscore(this.#key(which), below, '-inf', ...page)
      const runs = await this.#getAll(ids)
      await this.#forget(ids, runs)
      yield* runs
      const last = ids.at(-1)
      if (last === undefined || ids.length < pageSize) return
      below = `(${last}`
    }
  }

  /** Runs that are long over have expired by themselves; their numbers have not. */
  async #forget(ids: readonly string[], runs: readonly StoredRun[]): Promise<void> {
    const there = new Set(runs.map(({ id }) => String(id)))
    const gone = ids.filter(id => !there.has(id))
    if (gone.length > 0) await this.#redis.zrem(this.#key('runs'), ...gone)
  }

  /** Of one job, oldest first. */
  async ofJob(job: string): Promise<readonly StoredRun[]> {
    return this.#getAll(await this.#redis.lrange(this.#key(`job:${job}`), 0, -1))
  }

  /** Runs that were written so long ago and are in no queue yet. */
  async unsent(olderThanMs: number): Promise<readonly StoredRun[]> {
    const [seconds] = await this.#redis.time()
    const until = Number(seconds) * 1000 - olderThanMs
    return this.#getAll(await this.#redis.zrangebyscore(this.#key('unsent'), '-inf', until))
  }

  async isUnsent(id: number): Promise<boolean> {
    return (await this.#redis.zscore(this.#key('unsent'), String(id))) !== null
  }

  /** It is in its queue: whoever waits for news hears of it. */
  async markSent(id: number): Promise<void> {
    await this.#redis
      .multi()
      .zrem(this.#key('unsent'), String(id))
      .publish(this.#key('news'), String(id))
      .exec()
  }

  async cancel(id: number, how: 'ask' | 'force'): Promise<CancelAnswer> {
    return (await this.#run(scripts.cancelRun, id, how)) as CancelAnswer
  }

  async take(id: number, holder: string, runner: string): Promise<Taking> {
    const lost = JSON.stringify([lostWorker])
    return (await this.#run(scripts.takeRun, id, holder, runner, mostTakes, lost)) as Taking
  }

  async check(id: number, holder: string): Promise<'go_on' | 'cancel' | 'lost'> {
    return (await this.#run(scripts.checkRun, id, holder)) as 'go_on' | 'cancel' | 'lost'
  }

  /** Keeps a waiting run from all workers. false: it waits no longer. */
  async withhold(id: number): Promise<boolean> {
    return (await this.#run(scripts.withholdRun, id)) === 1
  }

  async appendLog(id: number, holder: string, text: string): Promise<void> {
    await this.#run(scripts.appendLog, id, holder, text, longestLogBytes)
  }

  /** null: nobody has written one. */
  readLog(id: number): Promise<string | null> {
    return this.#redis.get(this.#key(`log:${id}`))
  }

  /** The result of a taking, as a zip. It becomes the run's when the run ends, if the run is still the holder's then. */
  async putResult(holder: string, archive: Buffer): Promise<void> {
    await this.#redis.set(this.#key(`result:${holder}`), archive, 'EX', looseResultSeconds)
  }

  /** false: the run was another's by then, and what this holder made of it counts for nothing. */
  async finish(id: number, holder: string, end: RunEnd): Promise<boolean> {
    const { conclusion, failedStep, annotations } = end
    const fields = { failedStep: failedStep ?? '', annotations: JSON.stringify(annotations) }
    const more = Object.entries(fields).flat()
    return (await this.#run(scripts.finishRun, id, holder, conclusion, resultLifeMs, ...more)) === 1
  }

  /** Bytes of the run's result; 0: it has none. */
  resultBytes(id: number): Promise<number> {
    return this.#redis.strlen(this.#key(`artifact:${id}`))
  }

  readResult(id: number): Promise<Buffer | null> {
    return this.#redis.getBuffer(this.#key(`artifact:${id}`))
  }

  async removeResult(id: number): Promise<void> {
    await this.#redis.del(this.#key(`artifact:${id}`))
  }

  async #getAll(ids: readonly string[]): Promise<readonly StoredRun[]> {
    if (ids.length === 0) return []
    const pipeline = this.#redis.pipeline()
    for (const id of ids) pipeline.hgetall(this.#key(`run:${id}`))
    const answers = (await pipeline.exec()) ?? []
    return answers.flatMap(([error, fields], index) => {
      if (error) throw error
      return readRun(Number(ids[index]), fields as Record<string, string>) ?? []
    })
  }

  #run(script: string, ...args: readonly (string | number)[]): Promise<unknown> {
    return this.#redis.eval(script, 0, this.#prefix, ...args)
  }

  #key(name: string): string {
    return `${this.#prefix}:${name}`
  }
}

/** Redis answers with no fields where there is no such key. */
function readRun(id: number, fields: Readonly<Record<string, string>>): StoredRun | null {
  const text = (name: string) => fields[name] ?? ''
  const time = (name: string) => (text(name) === '' ? null : Number(text(name)))
  if (text('workflow') === '') return null
  const inputs = parseJson(text('inputs'))
  return {
    id,
    workflow: text('workflow'),
    title: text('title'),
    job: text('job'),
    inputs: isJsonObject(inputs) ? (inputs as Record<string, string>) : {},
    labels: list<string>(text('labels')),
    status: text('status') as RunStatus,
    conclusion: (text('conclusion') || null) as Conclusion | null,
    runner: text('runner') || null,
    takes: Number(text('takes')),
    failedStep: text('failedStep') || null,
    annotations: list<Annotation>(text('annotations')),
    createdAt: Number(text('createdAt')),
    startedAt: time('startedAt'),
    completedAt: time('completedAt'),
    updatedAt: Number(text('updatedAt')),
  }
}

function list<T>(json: string): readonly T[] {
  const value = parseJson(json)
  return Array.isArray(value) ? (value as T[]) : []
}
