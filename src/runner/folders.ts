import { chmod, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../base/errors.ts'

/** Removes a folder with all that is in it, read-only folders included, which `rm` alone may not empty. */
export async function removeFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'ENOTEMPTY') throw thrown
    await makeWritable(path)
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Symbolic links are not followed: a job must not be able to change what lies outside. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name))
  }
}
