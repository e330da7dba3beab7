import { chmod, copyFile, mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { eachOf } from './each-of.ts'

/** As many as Node has threads for files (libuv's UV_THREADPOOL_SIZE): more would only stand in line. */
const width = 4

/**
 * Copies the folder `from`, and what links in it lead to, into the folder `to`, which everyone may read then; folders that
 * are missing above it are made as the umask has it. Files and folders whose name is not wanted are left out. Several at a
 * time: `cp` of Node goes through them one after the other. Throws Node's system errors, with nothing being written any more.
 */
export async function copyTree(
  from: string,
  to: string,
  isWanted: (name: string) => boolean = () => true,
): Promise<void> {
  const files = await makeFolders(from, to, isWanted)
  await eachOf(files, width, name => copyForAll(join(from, name), join(to, name)))
}

/** Copies a file with its mode, and lets everyone read it, and run it where its owner may. */
export async function copyForAll(from: string, to: string): Promise<void> {
  await copyFile(from, to)
  const mode = (await stat(to)).mode & 0o777
  const forAll = mode | ((mode & 0o100) === 0 ? 0o444 : 0o555)
  if (forAll !== mode) await chmod(to, forAll)
}

/** Makes the folders; gives the files that belong into them, from `from` on. */
async function makeFolders(
  from: string,
  to: string,
  isWanted: (name: string) => boolean,
): Promise<readonly string[]> {
  await mkdir(to, { recursive: true })
  // Not narrowed by the umask.
  await chmod(to, 0o755)
  const files: string[] = []
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const { name } = entry
    if (!isWanted(name)) continue
    const source = join(from, name)
    const isFolder = entry.isSymbolicLink() ? (await stat(source)).isDirectory() : entry.isDirectory()
    if (!isFolder) files.push(name)
    else for (const file of await makeFolders(source, join(to, name), isWanted)) files.push(join(name, file))
  }
  return files
}
