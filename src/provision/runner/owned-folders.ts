import { chmod, chown, lchown, lstat, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Owner } from '../../base/replace-file.ts'

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
