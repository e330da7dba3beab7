import { RelayError, systemErrorCode } from './errors.ts'

/**
 * What the operating system refused, as an error for people; null for an error that is none of these. A machine that is
 * full, or a folder that is closed or none, is no fault of the program that met it.
 */
export function explainSystemError(thrown: unknown): RelayError | null {
  const path = thrown instanceof Error && 'path' in thrown ? ` ${String(thrown.path)}` : ''
  switch (systemErrorCode(thrown)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new RelayError('disk_full', `The disk is full${path && `: there is no room for${path}`}.`, {
        hint: 'Make room (df -h shows where), then try again.',
        cause: thrown,
      })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new RelayError('file_unusable', `There is no permission to use${path || ' a file'}.`, {
        hint: 'Look at its owner and mode: ls -ld.',
        cause: thrown,
      })
    case 'EEXIST':
      return isMakingFolder(thrown) ? noFolder(path, thrown) : null
    case 'ENOTDIR':
      return noFolder(path, thrown)
    default:
      return null
  }
}

/** A folder that is there already is none to make; a file is in the way. */
function isMakingFolder(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown && thrown.syscall === 'mkdir'
}

function noFolder(path: string, cause: unknown): RelayError {
  return new RelayError('file_unusable', `There is a file where a folder is needed${path && `:${path}`}.`, {
    hint: 'Move it away, or name another folder.',
    cause,
  })
}
