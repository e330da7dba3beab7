import type { Redis } from 'ioredis'
import { parseJson } from '../base/json.ts'
import type { Runner } from '../model/runner.ts'

/** What a worker says of itself. */
export interface RunnerWord {
  readonly name: string
  readonly os: string
  readonly labels: readonly string[]
}

/** The workers of Redis mode, as a broker lists runners. One is online while it says so again and again. */
export class RedisRunners {
  readonly #redis: Redis
  readonly #prefix: string

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis
    this.#prefix = prefix
  }

  /** A name is one runner: a later process that bears it takes the place of an earlier one. */
  async register(word: RunnerWord): Promise<void> {
    const name = word.name.toLowerCase()
    const id = await this.#redis.hget(this.#key('runner-ids'), name)
    if (id === null) {
      const next = await this.#redis.incr(this.#key('last-runner'))
      await this.#redis.hsetnx(this.#key('runner-ids'), name, next)
    }
    await this.#redis.hset(this.#key('runners'), name, JSON.stringify(word))
  }

  /** `instance` names the process. `state` counts for `forMs`. false: another process bears the name by now. */
  async announce(
    name: string,
    instance: string,
    state: { readonly busy: boolean; readonly forMs: number; readonly takesOver: boolean },
  ): Promise<boolean> {
    const key = this.#key(`alive:${name.toLowerCase()}`)
    const said = await this.#redis.get(key)
    if (!state.takesOver && said !== null && !said.startsWith(`${instance} `)) return false
    await this.#redis.set(key, `${instance} ${state.busy ? 'busy' : 'idle'}`, 'PX', state.forMs)
    return true
  }

  /** It is offline from now on. */
  async leave(name: string, instance: string): Promise<void> {
    const key = this.#key(`alive:${name.toLowerCase()}`)
    if ((await this.#redis.get(key))?.startsWith(`${instance} `)) await this.#redis.del(key)
  }

  /** In the order in which they were first registered. */
  async list(): Promise<readonly Runner[]> {
    const [ids, words] = await Promise.all([
      this.#redis.hgetall(this.#key('runner-ids')),
      this.#redis.hgetall(this.#key('runners')),
    ])
    const names = Object.keys(words)
    if (names.length === 0) return []
    const states = await this.#redis.mget(names.map(name => this.#key(`alive:${name}`)))
    const runners = names.map((name, index): Runner => {
      const word = parseJson(words[name] ?? '') as unknown as RunnerWord
      const state = states[index] ?? null
      const status = state === null ? 'offline' : 'online'
      return { ...word, id: Number(ids[name] ?? 0), status, busy: state?.endsWith(' busy') ?? false }
    })
    return runners.toSorted((a, b) => a.id - b.id)
  }

  #key(name: string): string {
    return `${this.#prefix}:${name}`
  }
}
