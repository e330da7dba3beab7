import { posix } from 'node:path'

/**
 * The files that git's cone mode checks out (git-sparse-checkout(1)): all below the folders that are named, a line each,
 * and those that lie in a folder above one of them, the root above all. Paths are those of the repository.
 */
export function inCone(lines: string): (path: string) => boolean {
  const folders = lines
    .split('\n')
    .map(line => line.trim().replace(/^\/+|\/+$/g, ''))
    .filter(line => line !== '')
  return path => {
    const parent = posix.dirname(path)
    return folders.some(
      folder => parent === '.' || isAtOrBelow(folder, parent) || isAtOrBelow(parent, folder),
    )
  }
}

function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
