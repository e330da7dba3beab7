import { chmod, chown, lchown, lstat, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemErrorCode } from '../../base/errors.ts'

/** Whose a file is. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Writes a file whole or not at all; false where it says this already. Its folder is made where it is missing. */
export async function writeIfChanged(path: string, text: string, mode: number): Promise<boolean> {
  if ((await readIfThere(path)) === text) return false
  await mkdir(dirname(path), { recursive: true })
  const partial = `${path}.part`
  await writeFile(partial, text, { mode, flush: true })
  await chmod(partial, mode)
  await rename(partial, path)
  return true
}

/** Makes a folder with this mode and owner, also where it is there already. */
export async function makeFolder(path: string, mode: number, owner: Owner | null): Promise<void> {
  await mkdir(path, { recursive: true })
  await chmod(path, mode)
  if (owner !== null) await chown(path, owner.uid, owner.gid)
}

/** Gives a folder and all in it to `owner`; links themselves, never what they lead to. */
export async function giveAll(path: string, owner: Owner): Promise<void> {
  const isFolder = (await lstat(path)).isDirectory()
  await lchown(path, owner.uid, owner.gid)
  if (!isFolder) return
  for (const name of await readdir(path)) await giveAll(join(path, name), owner)
}

export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw thrown
  }
}
