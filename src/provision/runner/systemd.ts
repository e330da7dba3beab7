import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceIfChanged } from '../../base/replace-file.ts'
import { programOf } from './call-program.ts'
import type { RunnerService } from './inventory.ts'
import type { ServiceManager, ServiceSpec, ServiceState } from './service-manager.ts'
import { systemdUnit } from './systemd-unit.ts'

interface SystemdOptions {
  readonly env: NodeJS.ProcessEnv
  /** Where the administrator's units are: /etc/systemd/system. */
  readonly folder: string
}

/** systemd of the whole system, through `systemctl` found on PATH. */
export class Systemd implements ServiceManager {
  readonly kind = 'systemd'
  readonly #options: SystemdOptions
  readonly #systemctl: ReturnType<typeof programOf>

  constructor(options: SystemdOptions) {
    this.#options = options
    this.#systemctl = programOf('systemctl', 'service_manager', options.env)
  }

  place(runner: string): RunnerService {
    const unit = `relayq-runner-${runner}.service`
    return { kind: this.kind, unit, file: join(this.#options.folder, unit) }
  }

  describe(spec: ServiceSpec): string {
    return systemdUnit(spec)
  }

  async install({ unit, file }: RunnerService, text: string): Promise<boolean> {
    const isNew = replaceIfChanged(file, text, { mode: 0o644 })
    if (isNew) await this.#systemctl.run(['daemon-reload'])
    await this.#systemctl.run(['enable', unit])
    return isNew
  }

  async start({ unit }: RunnerService): Promise<void> {
    await this.#systemctl.run(['start', unit])
  }

  async stop(service: RunnerService): Promise<void> {
    if ((await this.state(service)) === 'absent') return
    await this.#systemctl.run(['stop', service.unit])
  }

  async restart({ unit }: RunnerService): Promise<void> {
    await this.#systemctl.run(['restart', unit])
  }

  async setBoot({ unit }: RunnerService, starts: boolean): Promise<void> {
    await this.#systemctl.run([starts ? 'enable' : 'disable', unit])
  }

  /** `is-active` ends with 3 for all that does not run, and says on stdout what it is instead (systemctl(1)). */
  async state({ unit, file }: RunnerService): Promise<ServiceState> {
    if (!existsSync(file)) return 'absent'
    const { stdout } = await this.#systemctl.ask(['is-active', unit])
    const said = stdout.trim()
    if (said === 'failed') return 'failed'
    // A simple service is active as soon as it is started: `activating` is the pause before it is started again.
    if (said === 'activating') return 'restarting'
    return said === 'active' || said === 'reloading' || said === 'deactivating' ? 'running' : 'stopped'
  }

  async remove(service: RunnerService): Promise<void> {
    if (!existsSync(service.file)) return
    await this.stop(service)
    await this.#systemctl.run(['disable', service.unit])
    await rm(service.file, { force: true })
    await this.#systemctl.run(['daemon-reload'])
  }
}
