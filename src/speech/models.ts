import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** A speech model on disk: for whisper.cpp `ggml-<name>.bin`. */
export interface ModelFile {
  readonly name: string
  readonly path: string
}

/** The models of whisper.cpp in these folders, by name; a folder that is not there holds none. */
export async function listModels(folders: readonly string[]): Promise<ModelFile[]> {
  return await listFiles(folders, /^ggml-(.+)\.bin$/)
}

/** Files whose names match, by the name that `pattern` finds in theirs; of two of one name the first folder's. */
export async function listFiles(folders: readonly string[], pattern: RegExp): Promise<ModelFile[]> {
  const found = (await Promise.all(folders.map(folder => filesIn(folder, pattern)))).flat()
  const first = new Map(found.toReversed().map(file => [file.name, file]))
  return [...first.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function filesIn(folder: string, pattern: RegExp): Promise<ModelFile[]> {
  let names: string[]
  try {
    names = await readdir(folder)
  } catch {
    // Most machines have only some of the usual folders.
    return []
  }
  return names.flatMap(file => {
    const name = pattern.exec(file)?.[1]
    return name === undefined ? [] : [{ name, path: join(folder, file) }]
  })
}

/** Models whose name ends in .en know English only. */
export function isEnglishOnly(name: string): boolean {
  return /\.en(?:-|$)/.test(name)
}
