import { once } from 'node:events'
import { randomId } from '../../base/id.ts'
import { identifyProcess } from '../../base/process-identity.ts'
import {
  type HubFile,
  type HubRunner,
  redisWord,
  removeHubFile,
  writeHubFile,
} from '../../config/hub-file.ts'
import type { RedisChoice } from '../../config/redis.ts'
import type { Broker } from '../../model/broker.ts'
import type { Context } from '../context.ts'
import { asOnlyKeeper } from './keeper-lock.ts'
import { KeptProcess } from './kept-process.ts'
import { brokerVariables, keepSupervisor } from './kept-supervisor.ts'
import { lightHeap, mainPath } from './program.ts'
import type { RunnerSpec } from './runner-spec.ts'
import { takeDown } from './take-down.ts'
import { untilOnline } from './until-online.ts'

interface KeepRedisFleetOptions {
  readonly stateDir: string
  readonly checkout: string
  readonly runners: readonly RunnerSpec[]
  readonly leaseSeconds: number
  readonly supervise: boolean
}

/** Of a worker: what runs may finish for `graceSeconds`, then has as long as a step to wind up. */
const graceSeconds = 10
const workerGraceMs = 20_000

/** Legacy: workers on a Redis that somebody else keeps, and a supervisor, until this process is interrupted. */
export async function keepRedisFleet(
  options: KeepRedisFleetOptions,
  context: Context,
  onReady: (hub: HubFile) => void,
): Promise<number> {
  const stopped = context.interrupted()
  return asOnlyKeeper(options.stateDir, async () => {
    await takeDown(options.stateDir)
    const relayq = await context.relayq()
    const broker = await relayq.broker()
    // Before anything is started: a Redis that is not there is told at once.
    await broker.listRunners()
    const fleet = new RedisFleet(options, relayq.redis, context)
    try {
      await fleet.start(broker)
      onReady(fleet.hub)
      if (!stopped.aborted) await once(stopped, 'abort')
      context.say('stopping')
    } finally {
      await fleet.stop()
    }
    return 0
  })
}

/** The processes of it, and the file by which the other commands of this checkout find them. */
class RedisFleet {
  readonly #options: KeepRedisFleetOptions
  readonly #redis: RedisChoice
  readonly #context: Context
  readonly #instanceId = randomId()
  readonly #kept: KeptProcess[] = []
  readonly #running = new Map<string, HubRunner>()

  constructor(options: KeepRedisFleetOptions, redis: RedisChoice, context: Context) {
    this.#options = options
    this.#redis = redis
    this.#context = context
  }

  get hub(): HubFile {
    const keeper = identifyProcess(process.pid)
    const { url, prefix } = this.#redis
    const { protocol, host } = new URL(url)
    return {
      ...{ url: `${protocol}//${host}`, apiUrl: redisWord, serverUrl: `${protocol}//${host}`, token: url },
      ...{ instanceId: this.#instanceId, defaultBranch: 'main', loginUrl: '' },
      repository: { owner: redisWord, name: prefix },
      pid: process.pid,
      pidStartTime: keeper?.startTime ?? '',
      runners: [...this.#running.values()],
    }
  }

  async start(broker: Broker): Promise<void> {
    const { runners, checkout, supervise } = this.#options
    const { env, say: log } = this.#context
    for (const runner of runners) this.#keepWorker(runner)
    await untilOnline(
      broker,
      this.#options.runners.map(({ name }) => name),
      'workers',
    )
    if (supervise) this.#kept.push(keepSupervisor({ hub: this.hub, checkout, env, log }))
  }

  async stop(): Promise<void> {
    await Promise.all(this.#kept.map(process => process.stop()))
    removeHubFile(this.#options.stateDir)
  }

  #keepWorker(runner: RunnerSpec): void {
    const { leaseSeconds, stateDir } = this.#options
    const words = [
      '--name',
      runner.name,
      '--labels',
      runner.labels.join(','),
      '--lease',
      String(leaseSeconds),
    ]
    const worker = new KeptProcess({
      name: `worker ${runner.name}`,
      args: [
        ...[...lightHeap, mainPath, 'legacy', 'worker', ...words],
        ...['--grace', String(graceSeconds), '--ends-with-input'],
      ],
      env: { ...this.#context.env, ...brokerVariables(this.hub) },
      graceMs: workerGraceMs,
      log: this.#context.say,
      firstLine: async () => '',
      onStarted: identity => {
        this.#running.set(runner.name, { ...runner, ...identity })
        writeHubFile(stateDir, this.hub)
      },
    })
    this.#kept.push(worker)
    worker.start()
  }
}
