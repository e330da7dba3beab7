import { createReadStream, createWriteStream, existsSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { RelayError, systemErrorCode } from '../base/errors.ts'

/** What else may fail (no permission, a full disk) is told where every error is. */
const badPath: ReadonlySet<string | null> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR'])

export interface SavedFile {
  readonly path: string
  /** Whether a file of that name was there before. */
  readonly isOver: boolean
}

/**
 * Copies a file of RelayQ's own, which only its user may read, to a place of the user's choice: under its own name when
 * that is a folder, else as the file named. Throws `usage` for a place where no file can be.
 */
export async function saveFile(path: string, place: string, cwd: string): Promise<SavedFile> {
  const named = resolve(cwd, place)
  const target = isFolderPlace(place, cwd) ? join(named, basename(path)) : named
  const isOver = existsSync(target)
  try {
    // The umask takes its part of the mode; a file that is there keeps its own.
    await pipeline(createReadStream(path), createWriteStream(target, { mode: 0o644 }))
    return { path: target, isOver }
  } catch (cause) {
    if (!badPath.has(systemErrorCode(cause))) throw cause
    throw new RelayError('usage', `No file can be written at ${target}: there is no such folder.`, {
      hint: 'Give -o the name of a file, or a folder, in a folder that exists.',
      cause,
    })
  }
}

/** Whether a place of the user's choice is a folder, or is written as one. */
export function isFolderPlace(place: string, cwd: string): boolean {
  return place.endsWith('/') || isFolder(resolve(cwd, place))
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
