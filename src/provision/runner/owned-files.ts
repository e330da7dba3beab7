import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemErrorCode } from '../../base/errors.ts'

/** Writes a file whole or not at all; false where it says this already. Its folder is made where it is missing. */
export async function writeIfChanged(path: string, text: string, mode: number): Promise<boolean> {
  if ((await readIfThere(path)) === text) return false
  await mkdir(dirname(path), { recursive: true })
  const partial = `${path}.part`
  await writeFile(partial, text, { mode, flush: true })
  await chmod(partial, mode)
  await rename(partial, path)
  return true
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw thrown
  }
}
