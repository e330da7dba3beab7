/**
 * git reads `./x` and `../x` from its working directory, and ends itself where that leads outside; a NUL cannot be handed
 * to it.
 */
export function isTreePath(path: string): boolean {
  if (path.includes('\0')) return false
  return path === '' || path.split('/').every(part => part !== '' && part !== '.' && part !== '..')
}

const longestPath = 4096
const longestName = 255

/** True for a path below the root that may be checked out anywhere: no part of it is `.git` to any file system. */
export function isWritablePath(path: string): boolean {
  if (path === '' || path.length > longestPath || !isTreePath(path)) return false
  return path.split('/').every(part => Buffer.byteLength(part) <= longestName && !isGitFolder(part))
}

/** HFS+ ignores invisible characters, NTFS ends at a colon, drops final dots and blanks, and knows `git~1`. */
function isGitFolder(name: string): boolean {
  const plain = name.replaceAll(/\p{Cf}/gu, '').toLowerCase()
  return /^(\.git|git~\d+)([ .]*$|:|\\)/.test(plain)
}
