import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/**
 * The first of `names` found as an executable file on PATH or in `extraFolders` (searched after it), as an absolute
 * path; null when there is none. Services on macOS start with a PATH that lacks Homebrew's folder, hence the extra ones.
 */
export async function findProgram(
  names: readonly string[],
  path: string | undefined,
  extraFolders: readonly string[],
): Promise<string | null> {
  const folders = [...(path ?? '').split(delimiter).filter(folder => folder !== ''), ...extraFolders]
  for (const name of names) {
    for (const folder of folders) {
      const file = join(folder, name)
      if (await isExecutable(file)) return file
    }
  }
  return null
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return (await stat(file)).isFile()
  } catch {
    // Absent, not permitted, not a file: whatever the reason, it cannot be run.
    return false
  }
}
