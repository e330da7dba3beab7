import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RelayError, systemErrorCode } from './base/errors.ts'
import { HttpClient } from './base/http.ts'
import { remembering } from './base/remembering.ts'
import { type BrokerChoice, chooseBroker } from './config/broker.ts'
import type { BrokerSources } from './config/broker-target.ts'
import { findCheckout } from './config/checkout.ts'
import { hubFolder, hubLog, readHubFile } from './config/hub-file.ts'
import { findKeptQueue, readKeptQueues, readKeptToken } from './config/kept-queues.ts'
import { type Config, loadConfig } from './config/load.ts'
import { findPaths, type Paths } from './config/paths.ts'
import { parseEncrypt, parseRecipients } from './config/recipients.ts'
import { chooseRedis, type RedisChoice, redisOf } from './config/redis.ts'
import type { SettingName } from './config/settings.ts'
import type { GitHubBroker } from './github/broker.ts'
import type { GitHubClient } from './github/client.ts'
import { requestRunnersEarly } from './github/early-request.ts'
import type { GitHubEnrolment } from './github/enrolment.ts'
import type { LedgerFileHealth } from './ledger/health.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { Broker } from './model/broker.ts'
import type { RunnerFacts } from './model/runner.ts'
import type { Policy } from './policy/policy.ts'
import type { QueueFacts } from './provision/doctor/queue/jobs.ts'
import type { QueueContext } from './queue/context.ts'
import type { History } from './queue/history.ts'
import type { Queue } from './queue/queue.ts'
import type { FoundWords } from './queue/search.ts'
import type { Supervision } from './queue/supervision.ts'

export interface RelayQOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Stronger than environment and files, as flags are: RELAYQ_API_URL, GH_REPO, RELAYQ_REF, ... */
  readonly settings?: Partial<Readonly<Record<SettingName, string>>>
  /** Told which broker was chosen, and what is doubtful in the configuration; one line each. */
  readonly warn?: (line: string) => void
}

/** How long a decision waits to learn an input's size, in ms: without it the limit holds while downloading. */
const sizeTimeoutMs = 3_000

/**
 * The one place where the parts are put together, and the way into RelayQ from code:
 *
 *     await using relayq = await RelayQ.open()
 *     const queue = await relayq.queue()
 *     const { job } = await queue.submit({ kind: 'transcribe', inputs: { url } })
 *     await queue.wait(job.id)
 *
 * Parts are loaded when they are first asked for: a command pays for what it uses.
 */
export class RelayQ implements AsyncDisposable {
  readonly paths: Paths
  readonly checkout: string
  readonly config: Config
  readonly #cwd: string
  readonly #warn: (line: string) => void
  readonly #closers: (() => void)[] = []
  #broker: Promise<Broker> | null = null
  #connection: Promise<Connection> | null = null
  #queue: Promise<Queue> | null = null
  #policy: PolicyRead | null = null

  /**
   * Reads the configuration as the commands do; `settings` are stronger than all of it.
   *
   *     await using relayq = await RelayQ.open({ settings: { GH_REPO: 'octo/queue' }, warn: line => console.error(line) })
   *     console.log(relayq.checkout)
   *
   * Throws `invalid_config` for a malformed relayq.yaml.
   */
  static async open(options: RelayQOptions = {}): Promise<RelayQ> {
    const env = options.env ?? process.env
    const paths = findPaths(env)
    const cwd = options.cwd ?? process.cwd()
    const checkout = findCheckout({
      env,
      cwd,
      programFolder: join(import.meta.dirname, '..'),
    })
    const config = await loadConfig({ env, paths, checkout, flags: options.settings ?? {} })
    return new RelayQ({ paths, checkout, config, cwd, warn: options.warn ?? (() => {}) })
  }

  /** Use `open`. */
  constructor(parts: {
    readonly paths: Paths
    readonly checkout: string
    readonly config: Config
    readonly cwd: string
    readonly warn: (line: string) => void
  }) {
    this.paths = parts.paths
    this.checkout = parts.checkout
    this.config = parts.config
    this.#cwd = parts.cwd
    this.#warn = parts.warn
  }

  /** Where this checkout's hub keeps its state. */
  get hubFolder(): string {
    return hubFolder(this.paths, this.checkout)
  }

  /** What says which broker is meant, and which tokens there are for it. */
  brokerSources(): BrokerSources {
    return {
      config: this.config,
      hub: () => readHubFile(this.hubFolder),
      hubLog: () => {
        const path = hubLog(this.hubFolder)
        return existsSync(path) ? path : null
      },
      kept: () => readKeptQueues(this.paths)[0] ?? null,
      keptToken: queue => readKeptToken(this.paths, queue, 'submit'),
      gitRemote: async () => (await import('./config/git-remote.ts')).readGitRemote(this.checkout),
      ghToken: async host => (await import('./config/git-remote.ts')).readGhToken(host),
    }
  }

  /**
   * Chooses the broker, once. For what is beside the queue, such as the machines as they are now:
   *
   *     const broker = await relayq.broker()
   *     for (const { name, status, busy } of await broker.listRunners()) console.log(name, status, busy)
   *
   * Throws `no_broker` or `not_authorized`.
   */
  async broker(): Promise<Broker> {
    return this.#chosenBroker(false)
  }

  /** The Redis of the legacy broker, whichever broker is chosen. Throws `invalid_config`. */
  get redis(): RedisChoice {
    return redisOf(this.config, readHubFile(this.hubFolder), 'RELAYQ_REDIS_URL')
  }

  /** The client of the broker, and how it was chosen: for whoever looks at the repository itself. Throws as `broker` does. */
  async github(): Promise<{ readonly client: GitHubClient; readonly choice: BrokerChoice }> {
    const { client, choice } = await this.#connect(false)
    return { client, choice }
  }

  /** How a machine joins and leaves that broker's repository. Throws as `broker` does. */
  async enrolment(): Promise<GitHubEnrolment> {
    const { client } = await this.#connect(false)
    const { GitHubEnrolment } = await import('./github/enrolment.ts')
    return GitHubEnrolment.open(client)
  }

  /**
   * The verbs over that broker and the ledger of this machine. `willRoute`: a decision on the live fleet comes first, so
   * the runners are asked for while the rest is still being loaded. Throws `no_broker` or `not_authorized`.
   *
   *     const queue = await relayq.queue()
   *     console.log(queue.list().length)
   */
  queue(options: { readonly willRoute?: boolean } = {}): Promise<Queue> {
    this.#queue ??= this.#openQueue(options.willRoute ?? false)
    return this.#queue
  }

  /**
   * What a supervisor needs, as which this process bears the name `id`: for `relayq supervise`.
   *
   *     const supervision = await relayq.supervision('vm-1')
   *     console.log(supervision.constructor.name)
   */
  async supervision(id: string): Promise<Supervision> {
    const { Supervision } = await import('./queue/supervision.ts')
    return new Supervision(await this.#queueContext(false), id)
  }

  /**
   * Where words were said, in all transcripts that were fetched to this machine.
   *
   *     for (const hit of await relayq.search({ phrases: ['high water'], limit: 10 })) console.log(hit)
   */
  async search(query: {
    readonly phrases: readonly string[]
    readonly limit: number
  }): Promise<readonly FoundWords[]> {
    const [{ searchTranscripts }, { SearchIndex }, ledger] = await Promise.all([
      import('./queue/search.ts'),
      import('./ledger/search-index.ts'),
      this.#openLedger(),
    ])
    const index = SearchIndex.open(join(this.paths.state, 'search.db'))
    try {
      return await searchTranscripts(ledger, index, query)
    } finally {
      index.close()
    }
  }

  /** How the queue is doing, by the ledger alone. Throws as `broker` does. */
  async queueFacts(): Promise<QueueFacts> {
    const [{ queueFacts }, context] = await Promise.all([
      import('./queue/queue-facts.ts'),
      this.#queueContext(false),
    ])
    return queueFacts(context)
  }

  /** What the machines of this broker last said of themselves, by name. */
  async runnerFacts(): Promise<ReadonlyMap<string, RunnerFacts>> {
    const { broker, ledger } = await this.#queueContext(false)
    return ledger.listFacts(broker.id)
  }

  /** Of the ledger's file, which is neither made nor changed by it; null: there is none. */
  async ledgerHealth(): Promise<LedgerFileHealth | null> {
    const { readLedgerHealth } = await import('./ledger/health.ts')
    return readLedgerHealth(this.ledgerPath)
  }

  get ledgerPath(): string {
    return join(this.paths.state, 'ledger.db')
  }

  /**
   * What the ledger knows by itself, without any broker.
   *
   *     const history = await relayq.history()
   *     for (const { jobId, type } of history.events({ jobId: null, afterId: 0, limit: 100 })) console.log(jobId, type)
   */
  async history(): Promise<History> {
    const { History } = await import('./queue/history.ts')
    return new History(await this.#openLedger(), this.paths.state)
  }

  /**
   * Reads the policy of the configuration, or the `file` named from where the command was typed; either must be there.
   *
   *     const { routes } = await relayq.policy()
   *     console.log([...routes.keys()])
   *
   * Throws `invalid_policy`.
   */
  async policy(file: string | null = null): Promise<Policy> {
    const path = file === null ? this.#policyPath : resolve(this.#cwd, file)
    const hint = file === null ? 'Write one, or set RELAYQ_POLICY.' : 'Name a policy file that is there.'
    return (await readPolicy(path))?.policy ?? missingPolicy(path, hint)
  }

  /**
   * The policy by which jobs are sent from here. A checkout without a policy routes nothing; a file that was named and is
   * missing is an error.
   *
   *     const route = (await relayq.policyInUse()).routes.get('transcribe')
   *
   * Throws `invalid_policy`.
   */
  async policyInUse(): Promise<Policy> {
    const path = this.#policyPath
    const read = await readPolicy(path, this.#policy)
    this.#policy = read
    if (read) return read.policy
    if (this.config.layerOf('RELAYQ_POLICY') === 'default') {
      return { path, routes: new Map(), capabilities: new Map() }
    }
    return missingPolicy(path, 'Correct RELAYQ_POLICY, or the policy of relayq.yaml.')
  }

  /**
   * Closes ledger and connections, as the end of an `await using` does. A request that is still under way fails.
   *
   *     await relayq.close()
   */
  async close(): Promise<void> {
    for (const close of this.#closers.splice(0)) close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #chosenBroker(willRoute: boolean): Promise<Broker> {
    this.#broker ??= this.#openBroker(willRoute)
    return this.#broker
  }

  async #openBroker(willRoute: boolean): Promise<Broker> {
    const redis = this.#chosenRedis
    return redis === null ? (await this.#connect(willRoute)).broker : this.#openRedis(redis)
  }

  /** null: the broker is GitHub's API. */
  get #chosenRedis(): RedisChoice | null {
    return chooseRedis(this.config, readHubFile(this.hubFolder))
  }

  async #openRedis(choice: RedisChoice): Promise<Broker> {
    for (const warning of this.config.warnings) this.#warn(warning)
    const { RedisBroker } = await import('./legacy/redis-broker.ts')
    const broker = await RedisBroker.open(choice)
    this.#closers.push(() => broker.close())
    this.#warn(`${broker.description} (${choice.origin})`)
    return broker
  }

  #connect(willRoute: boolean): Promise<Connection> {
    this.#connection ??= this.#openConnection(willRoute)
    return this.#connection
  }

  async #openConnection(willRoute: boolean): Promise<Connection> {
    if (this.#chosenRedis !== null) throw withoutGitHub()
    for (const warning of this.config.warnings) this.#warn(warning)
    const sources = this.brokerSources()
    const readHub = sources.hub
    const choice = await chooseBroker(sources)
    this.#warn(`${choice.description} (${choice.origin})`)
    const http = new HttpClient()
    const ended = new AbortController()
    // A request that nobody waits for any more would otherwise be tried again, and keep the process for a minute.
    this.#closers.push(() => {
      ended.abort()
      http.close()
    })
    const early = willRoute ? requestRunnersEarly(http, choice) : null
    await early?.sent
    const [{ GitHubClient }, { GitHubBroker }] = await Promise.all([
      import('./github/client.ts'),
      import('./github/broker.ts'),
    ])
    const client = new GitHubClient(choice, {
      http,
      early,
      signal: ended.signal,
      instanceId: () => (choice.hub === null ? null : (readHub()?.instanceId ?? choice.hub.instanceId)),
    })
    const organisation = findKeptQueue(this.paths, choice)?.organisation ?? false
    return { choice, client, broker: new GitHubBroker(client, { ...choice, organisation }) }
  }

  async #openQueue(willRoute: boolean): Promise<Queue> {
    const [{ Queue }, context] = await Promise.all([
      import('./queue/queue.ts'),
      this.#queueContext(willRoute),
    ])
    return new Queue(context)
  }

  async #queueContext(willRoute: boolean): Promise<QueueContext> {
    const broker = await this.#chosenBroker(willRoute)
    const ledger = await this.#openLedger()
    return {
      broker,
      ledger,
      loadPolicy: () => this.policyInUse(),
      clock: Date.now,
      sleep: async (ms, signal) => {
        await sleep(ms, undefined, { signal }).catch(() => {})
      },
      sizeOf: remembering(
        async url => (await import('./base/content-size.ts')).contentSize(url, sizeTimeoutMs),
        { most: 1_000, forMs: 600_000, clock: Date.now },
      ),
      encryption: {
        isUsual: () => parseEncrypt(this.config.get('RELAYQ_ENCRYPT') ?? ''),
        keys: () => parseRecipients(this.config.get('RELAYQ_RECIPIENTS') ?? ''),
      },
      cwd: this.#cwd,
      localScript: async place => {
        const { readLocalScript } = await import('./config/local-script.ts')
        return readLocalScript(this.checkout, this.#cwd, place)
      },
      dataDir: this.paths.state,
      removesArtifacts: this.config.get('RELAYQ_REMOVE_ARTIFACTS') === '1',
      ref: this.config.get('RELAYQ_REF'),
    }
  }

  async #openLedger(): Promise<Ledger> {
    const { openLedger } = await import('./ledger/ledger.ts')
    const ledger = openLedger(this.ledgerPath)
    this.#closers.push(() => ledger.close())
    return ledger
  }

  get #policyPath(): string {
    return resolve(this.checkout, this.config.get('RELAYQ_POLICY') ?? '')
  }
}

interface PolicyRead {
  readonly text: string
  readonly policy: Policy
}

/** null: there is no such file. A long-running process reads it again and again: the same text is not parsed twice. */
async function readPolicy(path: string, last: PolicyRead | null = null): Promise<PolicyRead | null> {
  try {
    const text = readFileSync(path, 'utf8')
    if (text === last?.text) return last
    const { parsePolicy } = await import('./policy/parse.ts')
    return { text, policy: parsePolicy(text, path) }
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return null
    throw thrown
  }
}

function missingPolicy(path: string, hint: string): never {
  throw new RelayError('invalid_policy', `There is no policy file ${path}.`, { hint })
}

function withoutGitHub(): RelayError {
  return new RelayError('no_broker', 'The broker is Redis, which has no repository.', {
    hint: 'Name a repository with --repo OWNER/REPO, or start a hub: relayq up',
  })
}

interface Connection {
  readonly choice: BrokerChoice
  readonly client: GitHubClient
  readonly broker: GitHubBroker
}
