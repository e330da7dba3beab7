import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ZipFile } from 'yazl'
import { systemErrorCode } from '../base/errors.ts'

/** Redis holds everything in memory: enough for transcripts, and for an hour of sound. */
const largestResultMb = 64
const largestResult = largestResultMb * 1024 ** 2

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
  const zip = await readWithin(archive, largestResult)
  if (zip) return { kind: 'ready', zip }
  const message = `The result has more than ${largestResultMb} MB, and Redis mode keeps no more.`
  return { kind: 'too_large', message }
}

/** null: it is larger. A film must not be in memory to find that out. */
async function readWithin(archive: ZipFile, mostBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of archive.outputStream) {
    const part = Buffer.from(chunk)
    bytes += part.length
    if (bytes > mostBytes) return null
    chunks.push(part)
  }
  return Buffer.concat(chunks)
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
