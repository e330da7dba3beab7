import { readdir, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * The version of a program of Python, by what pip left beside it: `lib/python3.12/site-packages/<name>-<version>.dist-info`.
 * Asking the program itself would import torch first. null where it is installed in another way.
 */
export async function pythonVersion(program: string, distribution: string): Promise<string | null> {
  try {
    const lib = join(dirname(await realpath(program)), '..', 'lib')
    const pythons = (await readdir(lib)).filter(name => name.startsWith('python3'))
    const folders = pythons.flatMap(python =>
      ['site-packages', 'dist-packages'].map(packages => join(lib, python, packages)),
    )
    const found = (await Promise.all(folders.map(names))).flat()
    const start = `${distribution.replaceAll('-', '_')}-`
    const entry = found.find(name => name.startsWith(start) && name.endsWith('.dist-info'))
    return entry?.slice(start.length, -'.dist-info'.length) ?? null
  } catch {
    // No such folder: not installed by pip. A version is told, never needed.
    return null
  }
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch {
    return []
  }
}
