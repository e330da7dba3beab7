import { chmod, copyFile, mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { eachOf } from './each-of.ts'

/** As many as Node has threads for files (libuv's UV_THREADPOOL_SIZE): more would only stand in line. */
const width = 4

/**
 * Copies the folder `from`, and what links in it lead to, into the folder `to`, which everyone may read then. Files and
 * folders whose name is not wanted are left out. Several at a time, each in one call: `cp` of Node makes several for each file,
 * one after the other. Throws Node's system errors, with nothing being written any more.
 */
export async function copyTree(
  from: string,
  to: string,
  isWanted: (name: string) => boolean = () => true,
): Promise<void> {
  const files = await makeFolders(from, to, isWanted)
  await eachOf(files, width, name => copyFile(join(from, name), join(to, name)))
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
