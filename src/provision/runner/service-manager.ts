import type { RunnerService } from './inventory.ts'

/**
 * `absent`: the service is not installed. `restarting`: it ended, and is about to be started again. `failed`: it ended and
 * is not started again by itself.
 */
export type ServiceState = 'running' | 'restarting' | 'stopped' | 'failed' | 'absent'

/** What a runner's service is started with: values, out of which unit files are made. */
export interface ServiceSpec {
  readonly name: string
  readonly description: string
  /** Absolute, followed by its arguments. */
  readonly command: readonly string[]
  readonly workingFolder: string
  readonly user: string
  readonly environment: Readonly<Record<string, string>>
  /** May be written to; all else of the system is read-only where the service manager can see to that. */
  readonly writable: readonly string[]
  /** Read-only again, below a writable folder. */
  readonly sealed: readonly string[]
  /** Of RAM, in percent; null: no limit. */
  readonly memoryPercent: number | null
  /** Lower runs later; 0 is the system's usual. */
  readonly nice: number
  /** Whether it is started again when it ends well: not, where it has done its one job. */
  readonly restartsAlways: boolean
  /** Seconds that a running job gets to end when the service is stopped. */
  readonly stopSeconds: number
  /** Where its output goes, of a manager that keeps no journal. */
  readonly logFolder: string
}

/** The service manager of this machine. Everything throws `service_manager` where its program refuses. */
export interface ServiceManager {
  readonly kind: RunnerService['kind']
  /** Name and file of the service of a runner. */
  place(runner: string): RunnerService
  /** The text of the unit or plist, as it would be installed. */
  describe(spec: ServiceSpec): string
  /** Writes the file and makes it start at boot; does not start it. True when something was changed. */
  install(service: RunnerService, text: string): Promise<boolean>
  /** Starting a service that runs is no error. */
  start(service: RunnerService): Promise<void>
  /** Stopping one that does not run is none either; returns when it has ended. */
  stop(service: RunnerService): Promise<void>
  restart(service: RunnerService): Promise<void>
  /** Whether it starts at boot; a service that is not to starts by no other way but `start`. */
  setBoot(service: RunnerService, starts: boolean): Promise<void>
  state(service: RunnerService): Promise<ServiceState>
  /** Stops it, and removes its file. */
  remove(service: RunnerService): Promise<void>
}
