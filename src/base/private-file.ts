import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes a file that only its user may read (0600), in a folder that is made the same way. Written beside and renamed: a
 * reader never sees half of it, and a break leaves what was there.
 */
export function writePrivateFile(path: string, text: string): void {
  const partial = `${path}.${process.pid}.part`
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    writeFileSync(partial, text, { mode: 0o600 })
    renameSync(partial, path)
  } catch (thrown) {
    rmSync(partial, { force: true })
    throw thrown
  }
}
