import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'
import { systemErrorCode } from '../base/errors.ts'

/** Redis holds everything in memory; results are text. */
const largestResultMb = 64

export type ResultArchive =
  | { readonly kind: 'none' }
  | { readonly kind: 'ready'; readonly zip: Buffer }
  | { readonly kind: 'too_large'; readonly message: string }

/** The files of a published result as one zip, as the workflows upload it. */
export async function archiveResult(folder: string): Promise<ResultArchive> {
  const files = await listFiles(folder)
  if (files === null) return { kind: 'none' }
  const archive = new ZipFile()
  for (const name of files) archive.addFile(join(folder, name), name)
  archive.end()
  const zip = await buffer(archive.outputStream)
  if (zip.length <= largestResultMb * 1024 ** 2) return { kind: 'ready', zip }
  const message = `The result has ${Math.ceil(zip.length / 1024 ** 2)} MB; Redis mode keeps at most ${largestResultMb}.`
  return { kind: 'too_large', message }
}

/** null: there is no such folder. */
async function listFiles(folder: string): Promise<readonly string[] | null> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    const files = entries.filter(entry => entry.isFile())
    return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return null
    throw thrown
  }
}
