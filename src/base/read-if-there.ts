import { readFileSync } from 'node:fs'
import { systemErrorCode } from './errors.ts'

/** The text of a small file; null where there is none. Throws Node's other system errors. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw thrown
  }
}
