import { RelayError, systemErrorCode } from './errors.ts'

/**
 * What the operating system refused, as an error for people; null for an error that is none of these. A machine that is
 * full or a folder that is closed is no fault of the program that met it.
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
    default:
      return null
  }
}
