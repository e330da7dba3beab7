import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { type Entry, fromBuffer, type ZipFile as OpenedZip, type Options } from 'yauzl'
import { ZipFile } from 'yazl'

const openZip: (bytes: Buffer, options: Options) => Promise<OpenedZip> = promisify(fromBuffer)

/** As they stand in the archive: yauzl makes them harmless unless told to leave them. */
export async function namesInZip(bytes: Buffer): Promise<readonly string[]> {
  const zip = await openZip(bytes, { decodeStrings: false })
  const names: string[] = []
  zip.on('entry', (entry: Entry) => names.push(entry.fileName.toString()))
  await once(zip, 'end')
  return names
}

/** A zip of these files, whatever their names: yazl refuses unsafe ones, so an entry gets its name after it was written. */
export async function zipOf(contents: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new ZipFile()
  const names = new Map(Object.keys(contents).map(name => [placeholderOf(name), name]))
  for (const [placeholder, name] of names) zip.addBuffer(Buffer.from(contents[name] ?? ''), placeholder)
  zip.end()
  let bytes = (await buffer(zip.outputStream)).toString('latin1')
  for (const [placeholder, name] of names) bytes = bytes.replaceAll(placeholder, name)
  return Buffer.from(bytes, 'latin1')
}

/** Equally long, and in nobody's way. */
function placeholderOf(name: string): string {
  return name.replaceAll(/[./\\:]/g, '~')
}
