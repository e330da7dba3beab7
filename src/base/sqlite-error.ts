import { dirname } from 'node:path'
import { RelayError } from './errors.ts'

/** SQLite's primary result codes (the low byte of `errcode`; https://www.sqlite.org/rescode.html). */
const sqliteCodes = { busy: 5, locked: 6, readOnly: 8, ioError: 10, corrupt: 11, full: 13, notADatabase: 26 }

/**
 * What SQLite could not do, as an error for people; `what` names the file in it. A fault in a statement of ours (a
 * constraint, a syntax error) stays what it is.
 */
export function explainSqliteError(thrown: unknown, path: string, what: string): unknown {
  if (thrown instanceof RelayError || !(thrown instanceof Error)) return thrown
  const said = `The ${what} ${path} cannot be used: ${thrown.message}.`
  switch ('errcode' in thrown && typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : null) {
    case sqliteCodes.busy:
    case sqliteCodes.locked:
      return new RelayError('database_locked', `The ${what} ${path} is held by another process.`, {
        hint: 'Try again in a moment; nothing is lost. fuser or lsof tell which process has it open.',
        cause: thrown,
      })
    case sqliteCodes.full:
    case sqliteCodes.ioError:
      return new RelayError('disk_full', said, {
        hint: `Look whether its disk is full (df -h ${dirname(path)}), make room, and try again: nothing is lost.`,
        cause: thrown,
      })
    case sqliteCodes.readOnly:
      return new RelayError('file_unusable', said, {
        hint: 'Look at its owner and mode: ls -ld.',
        cause: thrown,
      })
    case sqliteCodes.corrupt:
    case sqliteCodes.notADatabase:
      return new RelayError('internal', said, {
        hint: `Restore it from a backup, or move the file aside to begin with an empty ${what}.`,
        cause: thrown,
      })
    default:
      return thrown
  }
}
