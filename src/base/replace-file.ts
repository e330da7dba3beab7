import { randomBytes } from 'node:crypto'
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemErrorCode } from './errors.ts'

/**
 * Writes a file whole or not at all: beside it first, then in its place, on the disk before this resolves. A link leads
 * to the file that is replaced. Missing folders are made for the owner alone. Written by root, it belongs to whom the
 * old one, or its folder, belonged to. `mode` is not narrowed by the umask. Throws Node's system errors.
 */
export async function replaceFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const target = await targetOf(path)
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  const beside = `${target}.${randomBytes(6).toString('hex')}.part`
  try {
    await writeWhole(beside, content, mode, await ownerOf(target))
    await rename(beside, target)
  } catch (thrown) {
    await rm(beside, { force: true })
    throw thrown
  }
  await syncFolder(dirname(target))
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

async function writeWhole(path: string, content: string | Uint8Array, mode: number, owner: Owner) {
  // Nobody else can read it at any moment: the mode wanted comes last.
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(content)
  if (process.getuid?.() === 0) await file.chown(owner.uid, owner.gid)
  await file.chmod(mode)
  await file.sync()
}

async function targetOf(path: string): Promise<string> {
  return (await unlessMissing(realpath(path))) ?? path
}

async function ownerOf(path: string): Promise<Owner> {
  return (await unlessMissing(stat(path))) ?? (await stat(dirname(path)))
}

async function unlessMissing<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return null
    throw thrown
  }
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r')
  await folder.sync()
}
