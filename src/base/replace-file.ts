import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { systemErrorCode } from './errors.ts'
import { readIfThere } from './read-if-there.ts'

/** Whose a file is. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

export interface FileManner {
  /** Not narrowed by the umask. */
  readonly mode: number
  /**
   * Whose the file will be, for root alone may give one away. Left out: written by root, it belongs to whom the old one,
   * or its folder, belonged to.
   */
  readonly owner?: Owner
}

/**
 * Writes a small file whole or not at all: beside it first, then in its place, on the disk when this returns. Missing
 * folders are made for the owner alone. A link leads to the file that is replaced; with an owner given the link itself is
 * replaced, for then the folder may be another's, and a link in it a trap. Throws Node's system errors.
 */
export function replaceFile(path: string, content: string | Uint8Array, manner: FileManner): void {
  const target = manner.owner ? path : targetOf(path)
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  const beside = `${target}.${randomBytes(6).toString('hex')}.part`
  try {
    writeWhole(beside, content, { mode: manner.mode, owner: manner.owner ?? ownerOf(target) })
    renameSync(beside, target)
  } catch (thrown) {
    rmSync(beside, { force: true })
    throw withPath(thrown, target)
  }
  withOpen(dirname(target), 'r', 0, fsyncSync)
}

/** The same, unless the file says this already; then false. Missing folders can be read by all. */
export function replaceIfChanged(path: string, text: string, manner: FileManner): boolean {
  if (readIfThere(path) === text) return false
  mkdirSync(dirname(path), { recursive: true })
  replaceFile(path, text, manner)
  return true
}

function writeWhole(path: string, content: string | Uint8Array, { mode, owner }: Required<FileManner>): void {
  // Nobody else can read it at any moment: the mode wanted comes last.
  withOpen(path, 'wx', 0o600, file => {
    writeFileSync(file, content)
    if (process.getuid?.() === 0) fchownSync(file, owner.uid, owner.gid)
    fchmodSync(file, mode)
    fsyncSync(file)
  })
}

function withOpen(path: string, flags: string, mode: number, use: (file: number) => void): void {
  const file = openSync(path, flags, mode)
  try {
    use(file)
  } finally {
    closeSync(file)
  }
}

function targetOf(path: string): string {
  return unlessMissing(() => realpathSync(path)) ?? path
}

function ownerOf(path: string): Owner {
  return unlessMissing(() => statSync(path)) ?? statSync(dirname(path))
}

function unlessMissing<T>(ask: () => T): T | null {
  try {
    return ask()
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return null
    throw thrown
  }
}

/** A write that finds no room does not say for which file. */
function withPath(thrown: unknown, path: string): unknown {
  return thrown instanceof Error && !('path' in thrown) ? Object.assign(thrown, { path }) : thrown
}
