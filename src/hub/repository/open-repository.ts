import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { RelayError } from '../../base/errors.ts'
import { openGitRepository } from './git-repository.ts'
import { openPackagedRepository } from './packaged-repository.ts'
import type { Repository } from './repository.ts'

/**
 * The repository at a folder. Only a `.git` in the folder itself counts (or the folder being a bare repository): a
 * package unpacked somewhere below another project's checkout must not serve that project.
 */
export async function openRepository(folder: string): Promise<Repository> {
  const path = await realFolder(folder)
  return isGit(path) ? await openGitRepository(path) : await openPackagedRepository(path)
}

async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder)
  } catch (cause) {
    throw new RelayError('usage', `There is no folder ${folder}.`, {
      hint: 'Name the folder of a git checkout.',
      cause,
    })
  }
}

function isGit(path: string): boolean {
  const bare = ['HEAD', 'objects', 'refs'].every(name => existsSync(join(path, name)))
  return bare || existsSync(join(path, '.git'))
}
