import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemErrorCode } from '../base/errors.ts'

const keyBytes = 32

/** 32 random bytes in the hub's state folder (0600), made when they are first asked for: they outlast a restart. */
export function loadKey(stateDir: string, name: string): Buffer {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const path = join(stateDir, name)
  try {
    writeFileSync(path, randomBytes(keyBytes), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
  }
  return readFileSync(path)
}
