import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { RelayError } from '../../base/errors.ts'
import { randomId } from '../../base/id.ts'
import { identifyProcess, type ProcessIdentity } from '../../base/process-identity.ts'
import { type HubFile, type HubRunner, removeHubFile, writeHubFile } from '../../config/hub-file.ts'
import { GitHubBroker } from '../../github/broker.ts'
import { GitHubClient } from '../../github/client.ts'
import { generateJitConfig } from '../../github/runners.ts'
import type { HubAnnouncement } from './announcement.ts'
import { KeptHub } from './kept-hub.ts'
import { keepListener } from './kept-listener.ts'
import type { KeptProcess } from './kept-process.ts'
import { writeProgramFolder } from './program.ts'
import type { RunnerSpec } from './runner-spec.ts'
import { untilOnline } from './until-online.ts'

export interface LocalFleetOptions {
  /** Holds hub.json, the hub's store and the runners' folders; private to the user. */
  readonly stateDir: string
  /** The git checkout whose workflows are served. */
  readonly repositoryPath: string
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly leaseSeconds: number
  readonly latencyMs: number
  readonly actions: 'offline' | 'network'
  readonly actionArchiveCache: string | null
  readonly runners: readonly RunnerSpec[]
  /** Of hub and listeners. A listener hands on to jobs only what `passEnv` says. */
  readonly env: NodeJS.ProcessEnv
  /** Where jobs find the machine's settings, its models, and what it has spent. */
  readonly passEnv: Readonly<Record<string, string>>
  /** One line about hub or runners, for the operator. */
  readonly log: (line: string) => void
}

/**
 * The embedded GitHub and its runners: one process for the hub, one per runner, each with a folder of its own, meeting
 * only over HTTP. This process keeps them: it starts again what ends, and its own end takes them along.
 */
export class LocalFleet {
  readonly #options: LocalFleetOptions
  readonly #hub: KeptHub
  readonly #token = `rq_${randomId(32)}`
  readonly #runners = new Map<string, HubRunner>()
  readonly #listeners = new Map<string, KeptProcess>()
  readonly #broken = Promise.withResolvers<RelayError>()
  #isBroken = false
  #announcement: HubAnnouncement | null = null

  /** Starts everything and resolves when every runner is online. What was started is stopped again when that fails. */
  static async start(options: LocalFleetOptions): Promise<LocalFleet> {
    const fleet = new LocalFleet(options)
    try {
      await fleet.#startHub()
      await fleet.#startListeners(options.runners)
      return fleet
    } catch (thrown) {
      await fleet.stop()
      throw thrown
    }
  }

  /** Use `start`. */
  constructor(options: LocalFleetOptions) {
    const { stateDir, repositoryPath, host, port, leaseSeconds, latencyMs, env, log } = options
    this.#options = options
    this.#hub = new KeptHub({
      hub: {
        stateDir: join(stateDir, 'hub'),
        token: this.#token,
        ...{ repositoryPath, host, port, leaseSeconds, latencyMs },
      },
      env,
      log,
      onAnnounced: announcement => {
        this.#announcement = announcement
        this.#publish()
      },
      onGivenUp: error => {
        this.#isBroken = true
        this.#broken.resolve(error)
      },
    })
  }

  /** Resolves when the hub has ended so often that it is not started again, with what to tell. */
  get broken(): Promise<RelayError> {
    return this.#broken.promise
  }

  /** What hub.json says: address, token, repository. */
  get hub(): HubFile {
    const keeper = identifyProcess(process.pid)
    if (!this.#announcement || !keeper) throw new RelayError('internal', 'The hub has not been started.')
    const { warnings: _, ...announced } = this.#announcement
    return {
      ...announced,
      token: this.#token,
      pid: keeper.pid,
      pidStartTime: keeper.startTime,
      runners: [...this.#runners.values()],
    }
  }

  /** What the hub has to say about the checkout, such as uncommitted workflows. */
  get warnings(): readonly string[] {
    return this.#announcement?.warnings ?? []
  }

  /** The processes now running: `hub`, and each runner by its name. For tests that kill them. */
  get processes(): ReadonlyMap<string, ProcessIdentity> {
    const hub = this.#hub.process.identity
    return new Map([...(hub ? [['hub', hub] as const] : []), ...this.#runners])
  }

  /** Starts one more runner, or one that was stopped; resolves when it is online. */
  startRunner(runner: RunnerSpec): Promise<void> {
    return this.#startListeners([runner])
  }

  /** Takes a runner offline; its registration stays. A running job may finish for some seconds, then is cancelled. */
  async stopRunner(name: string): Promise<void> {
    const listener = this.#listeners.get(name)
    this.#listeners.delete(name)
    await listener?.stop()
    this.#runners.delete(name)
  }

  /**
   * Ends the runners, then the hub, and removes hub.json, unless the hub is broken: then other commands tell by it.
   * A running job may finish for some seconds, then is cancelled.
   */
  async stop(): Promise<void> {
    await Promise.all([...this.#listeners.keys()].map(name => this.stopRunner(name)))
    await this.#hub.process.stop()
    if (!this.#isBroken) removeHubFile(this.#options.stateDir)
  }

  async #startHub(): Promise<void> {
    await mkdir(this.#options.stateDir, { recursive: true, mode: 0o700 })
    await this.#hub.start()
  }

  async #startListeners(runners: readonly RunnerSpec[]): Promise<void> {
    const { stateDir } = this.#options
    const relayqBin = writeProgramFolder(join(stateDir, 'bin'))
    const { apiUrl, token, repository } = this.hub
    const client = new GitHubClient({ apiUrl, token, owner: repository.owner, repo: repository.name })
    // One after the other: they are listed everywhere in the order in which they were registered.
    for (const runner of runners) {
      this.#listeners.set(runner.name, await this.#startListener(runner, relayqBin, client))
    }
    const names = runners.map(({ name }) => name)
    await untilOnline(new GitHubBroker(client, { description: 'the hub' }), names, 'runners')
  }

  async #startListener(runner: RunnerSpec, relayqBin: string, client: GitHubClient): Promise<KeptProcess> {
    const { stateDir, actions, actionArchiveCache, passEnv, env, log } = this.#options
    const workDir = join(stateDir, 'runners', runner.name)
    await mkdir(workDir, { recursive: true, mode: 0o700 })
    return keepListener({
      name: runner.name,
      ...{ workDir, relayqBin, actions, actionArchiveCache, passEnv, env, log },
      register: () => generateJitConfig(client, { ...runner, workFolder: '_work' }),
      onStarted: identity => {
        this.#runners.set(runner.name, { ...runner, ...identity })
        this.#publish()
      },
    })
  }

  #publish(): void {
    if (this.#announcement) writeHubFile(this.#options.stateDir, this.hub)
  }
}
