import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { RedisPackages } from './packages.ts'
import type { RunStore, StoredRun } from './run-store.ts'

/**
 * BullMQ knows no labels, so each set of labels that any run asks for has a queue of its own; a worker serves those
 * whose labels it bears. They are few: a policy names one machine, or one kind of machine, at a time.
 */
export class LabelQueues {
  readonly #packages: RedisPackages
  readonly #redis: Redis
  readonly #prefix: string
  readonly #store: RunStore
  readonly #queues = new Map<string, Queue>()

  constructor(packages: RedisPackages, redis: Redis, prefix: string, store: RunStore) {
    this.#packages = packages
    this.#redis = redis
    this.#prefix = prefix
    this.#store = store
  }

  /** Puts a run into its queue, as often as one likes: BullMQ takes a job of the same id once, and a taken run is not taken anew. */
  async send({ id, labels }: Pick<StoredRun, 'id' | 'labels'>): Promise<void> {
    const name = queueOfLabels(labels)
    await this.#redis.sadd(`${this.#prefix}:queues`, name)
    // BullMQ keeps plain numbers for itself.
    await this.#queue(name).add('run', { run: id }, { jobId: `run-${id}`, ...removeWhenOver })
    await this.#store.markSent(id)
  }

  /** Takes a run that is over out of its queue; one that a worker has is left to that worker. */
  async drop({ id, labels }: StoredRun): Promise<void> {
    await this.#queue(queueOfLabels(labels)).remove(`run-${id}`)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map(queue => queue.close()))
  }

  #queue(name: string): Queue {
    const known = this.#queues.get(name)
    if (known) return known
    const { Queue } = this.#packages.bullmq
    const queue = new Queue(name, { connection: this.#redis, prefix: bullPrefix(this.#prefix) })
    queue.on('error', () => {})
    this.#queues.set(name, queue)
    return queue
  }
}

const removeWhenOver = { removeOnComplete: true, removeOnFail: true }

/** Below RelayQ's own prefix, so that one word finds everything of it. */
export function bullPrefix(prefix: string): string {
  return `${prefix}:bull`
}

/** Labels are compared without regard to case and order. BullMQ allows no colon in a name. */
export function queueOfLabels(labels: readonly string[]): string {
  const names = labels.map(label => encodeURIComponent(label.toLowerCase()))
  return [...new Set(names)].toSorted().join('+')
}

/** Whether a worker with these labels serves that queue. */
export function fits(queue: string, labels: readonly string[]): boolean {
  const own = new Set(labels.map(label => encodeURIComponent(label.toLowerCase())))
  return queue.split('+').every(label => own.has(label))
}
