import { join } from 'node:path'
import { nearestName } from '../base/nearest.ts'
import { readIfThere } from '../base/read-if-there.ts'
import { replaceFile } from '../base/replace-file.ts'
import type { Paths } from './paths.ts'
import { type SettingSpec, settings } from './settings.ts'

/** Where the machine's own settings and keys are. */
export function machineEnvPath(paths: Paths): string {
  return join(paths.config, 'env')
}

/** '' where there is no such file yet. */
export function readMachineEnv(path: string): string {
  return readIfThere(path) ?? ''
}

/** Whole or not at all, and for its owner's eyes alone. */
export function writeMachineEnv(path: string, text: string): void {
  replaceFile(path, text, { mode: 0o600 })
}

/** null: RelayQ reads no setting of that name. */
export function findSetting(name: string): SettingSpec | null {
  return settings.find(setting => setting.name === name) ?? null
}

export function nearestSetting(name: string): string | null {
  return nearestName(
    name,
    settings.map(setting => setting.name),
  )
}
