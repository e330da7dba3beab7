import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { RelayError, systemErrorCode } from '../../base/errors.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { readIfThere } from '../../base/read-if-there.ts'
import { replaceIfChanged } from '../../base/replace-file.ts'
import { requireRunnerName } from './runner-name.ts'

/**
 * One runner that RelayQ has set up on this machine: the file `runner.json` in its folder. It holds no secret, belongs
 * to whoever installed it, and can be read by everyone.
 */
export interface InstalledRunner {
  readonly format: 1
  /** As GitHub lists it; also the name of its folder. */
  readonly name: string
  readonly profile: string
  /** Those it was given; GitHub adds self-hosted, the system and the architecture. */
  readonly labels: readonly string[]
  readonly repository: RunnerRepository
  /** `jit`: the configuration came from generate-jitconfig, no program of the package asked for it. */
  readonly registration: 'token' | 'jit'
  /** It takes one job, and is forgotten by GitHub after it. */
  readonly ephemeral: boolean
  /** Of actions/runner, such as 2.336.0: what `current` leads to; null until it is unpacked. */
  readonly version: string | null
  /** What `current` led to before the last update, still unpacked; null where there is none. */
  readonly previousVersion: string | null
  /** The account its jobs run as. */
  readonly user: string
  /** HOME of its jobs: settings and keys are in `.config/relayq/env` there. */
  readonly home: string
  readonly service: RunnerService
  /** Names of the steps of `runner add` that are done. */
  readonly done: readonly string[]
  /** The step at which it was interrupted, if it was. */
  readonly begun: string | null
  /** Whether all of them are done. */
  readonly isComplete: boolean
  /** ISO 8601. */
  readonly createdAt: string
  readonly updatedAt: string
}

interface RunnerRepository {
  /** Of the REST API: `https://api.github.com`. */
  readonly apiUrl: string
  /** What config.sh is given: `https://github.com/octo/queue`. */
  readonly url: string
  readonly owner: string
  readonly repo: string
}

export interface RunnerService {
  /** `launchd-gui`: an agent of the user's own session, where a job needs the screen. */
  readonly kind: 'systemd' | 'launchd' | 'launchd-gui'
  /** `relayq-runner-rpi4.service`, `io.relayq.runner.macmini`. */
  readonly unit: string
  /** The unit or plist. */
  readonly file: string
}

/** The places of one runner, all below its folder. */
export interface RunnerPlaces {
  readonly folder: string
  readonly inventory: string
  /** Unpacked packages by version. */
  readonly versions: string
  /** A link to the one of `versions` that runs. */
  readonly current: string
  /** Where jobs work. */
  readonly work: string
  /** HOME of jobs whose account has none of its own. */
  readonly home: string
  /** Job hooks and what they allow; belongs to whoever installed the runner, so that no job can change it. */
  readonly hooks: string
  /** The copy of RelayQ that jobs call. */
  readonly program: string
  /** Of a launchd service; systemd keeps its own. */
  readonly log: string
}

/** The folder of all runners of this machine: RELAYQ_RUNNER_HOME, else the system's place for what must not be lost. */
export function runnersFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const named = env['RELAYQ_RUNNER_HOME']
  if (named) return named
  return platform === 'darwin' ? '/usr/local/var/relayq/runner' : '/var/lib/relayq/runner'
}

export function placesOf(root: string, name: string): RunnerPlaces {
  const folder = join(root, name)
  return {
    folder,
    inventory: join(folder, 'runner.json'),
    versions: join(folder, 'versions'),
    current: join(folder, 'current'),
    work: join(folder, 'work'),
    home: join(folder, 'home'),
    hooks: join(folder, 'hooks'),
    program: join(folder, 'program'),
    log: join(folder, 'log'),
  }
}

/** By name. A folder without a runner.json is passed over: nothing was set up there. Throws `file_unusable` for a damaged one. */
export function listInstalled(root: string): readonly InstalledRunner[] {
  return namesIn(root)
    .sort()
    .flatMap(name => readInstalled(root, name) ?? [])
}

/** null: there is none of this name. Throws `file_unusable` for a file that is not one of ours. */
export function readInstalled(root: string, name: string): InstalledRunner | null {
  const path = placesOf(root, requireRunnerName(name)).inventory
  const text = readIfThere(path)
  if (text === null) return null
  const value = parseJson(text)
  if (isJsonObject(value) && value['format'] === 1 && value['name'] === name) {
    return value as unknown as InstalledRunner
  }
  throw new RelayError('file_unusable', `${path} is not the record of a runner that this version can read.`, {
    hint: `Set the runner up again: relayq runner remove ${name}, then relayq runner add.`,
  })
}

/** Throws `runner_not_found` with the names there are. */
export function requireInstalled(root: string, name: string): InstalledRunner {
  const found = readInstalled(root, name)
  if (found !== null) return found
  const names = namesIn(root).join(', ')
  throw new RelayError('runner_not_found', `There is no runner ${name} on this machine.`, {
    hint: names === '' ? 'Set one up: relayq runner add PROFILE' : `Those there are: ${names}.`,
  })
}

/** Whole or not at all, whatever happens meanwhile. */
export function writeInstalled(root: string, runner: InstalledRunner): void {
  const { inventory } = placesOf(root, runner.name)
  replaceIfChanged(inventory, `${JSON.stringify(runner, null, 2)}\n`, { mode: 0o644 })
}

function namesIn(root: string): string[] {
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter(entry => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(entry => entry.name)
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return []
    throw thrown
  }
}
