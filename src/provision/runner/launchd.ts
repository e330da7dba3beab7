import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { RelayError } from '../../base/errors.ts'
import { replaceIfChanged } from '../../base/replace-file.ts'
import { programOf } from './call-program.ts'
import type { RunnerService } from './inventory.ts'
import { launchdPlist } from './launchd-plist.ts'
import type { ServiceManager, ServiceSpec, ServiceState } from './service-manager.ts'

interface LaunchdOptions {
  readonly env: NodeJS.ProcessEnv
  /** Where its lists are: /Library/LaunchDaemons, or ~/Library/LaunchAgents. */
  readonly folder: string
  /** The user whose session has the agents; null: daemons of the system. */
  readonly agentOf: number | null
  /** How long a service gets to end, in ms. */
  readonly stopMs: number
}

const pollMs = 200

/** launchd, through `launchctl` found on PATH. Never `svc.sh`: it refuses sudo, and ends with the session. */
export class Launchd implements ServiceManager {
  readonly kind: 'launchd' | 'launchd-gui'
  readonly #options: LaunchdOptions
  readonly #domain: string
  readonly #launchctl: ReturnType<typeof programOf>

  constructor(options: LaunchdOptions) {
    this.#options = options
    this.kind = options.agentOf === null ? 'launchd' : 'launchd-gui'
    this.#domain = options.agentOf === null ? 'system' : `gui/${options.agentOf}`
    this.#launchctl = programOf('launchctl', 'service_manager', options.env)
  }

  place(runner: string): RunnerService {
    const unit = `io.relayq.runner.${runner}`
    return { kind: this.kind, unit, file: join(this.#options.folder, `${unit}.plist`) }
  }

  describe(spec: ServiceSpec): string {
    return launchdPlist(spec, this.place(spec.name).unit, this.kind === 'launchd-gui')
  }

  async install({ unit, file }: RunnerService, text: string): Promise<boolean> {
    const isNew = replaceIfChanged(file, text, { mode: 0o644 })
    await this.#launchctl.run(['enable', `${this.#domain}/${unit}`])
    return isNew
  }

  /** A list that is loaded starts by itself (RunAtLoad); one that was loaded before and ended is started again. */
  async start(service: RunnerService): Promise<void> {
    if (await this.#isLoaded(service)) await this.#launchctl.run(['kickstart', this.#target(service)])
    else await this.#launchctl.run(['bootstrap', this.#domain, service.file])
  }

  /** What is only ended would be started again at once: it has to leave launchd. */
  async stop(service: RunnerService): Promise<void> {
    if (!(await this.#isLoaded(service))) return
    await this.#launchctl.ask(['bootout', this.#target(service)])
    // `bootout` may return while the service still ends.
    const polls = Math.ceil(this.#options.stopMs / pollMs)
    for (let poll = 0; poll < polls; poll += 1) {
      if (!(await this.#isLoaded(service))) return
      await pause(pollMs)
    }
    throw new RelayError('service_manager', `${service.unit} does not end.`, {
      hint: `See what it does: launchctl print ${this.#target(service)}`,
    })
  }

  /** Loaded anew, since launchd reads a list only then. */
  async restart(service: RunnerService): Promise<void> {
    await this.stop(service)
    await this.start(service)
  }

  async setBoot(service: RunnerService, starts: boolean): Promise<void> {
    await this.#launchctl.run([starts ? 'enable' : 'disable', this.#target(service)])
  }

  async state(service: RunnerService): Promise<ServiceState> {
    if (!existsSync(service.file)) return 'absent'
    const { code, stdout } = await this.#launchctl.ask(['print', this.#target(service)])
    if (code !== 0) return 'stopped'
    if (/^\s*state = running$/m.test(stdout)) return 'running'
    // KeepAlive starts what is loaded again, after ThrottleInterval.
    return 'restarting'
  }

  async remove(service: RunnerService): Promise<void> {
    await this.stop(service)
    await rm(service.file, { force: true })
  }

  async #isLoaded(service: RunnerService): Promise<boolean> {
    return (await this.#launchctl.ask(['print', this.#target(service)])).code === 0
  }

  #target({ unit }: RunnerService): string {
    return `${this.#domain}/${unit}`
  }
}
