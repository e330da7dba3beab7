import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../base/errors.ts'
import { nearestName } from '../base/nearest.ts'
import { replaceFile } from '../base/replace-file.ts'
import type { Paths } from './paths.ts'
import { type SettingSpec, settings } from './settings.ts'

/** Where the machine's own settings and keys are. */
export function machineEnvPath(paths: Paths): string {
  return join(paths.config, 'env')
}

/** '' where there is no such file yet. */
export async function readMachineEnv(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return ''
    throw thrown
  }
}

/** Whole or not at all, and for its owner's eyes alone. */
export async function writeMachineEnv(path: string, text: string): Promise<void> {
  await replaceFile(path, text, 0o600)
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
