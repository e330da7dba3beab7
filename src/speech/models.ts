import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** A whisper.cpp model on disk: `ggml-<name>.bin`. */
export interface ModelFile {
  readonly name: string
  readonly path: string
}

/** The models in these folders, by name; a folder that is not there holds none. */
export async function listModels(folders: readonly string[]): Promise<ModelFile[]> {
  const found = await Promise.all(folders.map(modelsIn))
  return found.flat().sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function modelsIn(folder: string): Promise<ModelFile[]> {
  let names: string[]
  try {
    names = await readdir(folder)
  } catch {
    // Most machines have only some of the usual folders.
    return []
  }
  return names.flatMap(file => {
    const name = /^ggml-(.+)\.bin$/.exec(file)?.[1]
    return name === undefined ? [] : [{ name, path: join(folder, file) }]
  })
}

/** The model of that name; with null the one called base, else any. */
export function pickModel(models: readonly ModelFile[], name: string | null): ModelFile | null {
  const wanted = models.find(model => model.name === (name ?? 'base'))
  return wanted ?? (name === null ? models[0] : undefined) ?? null
}

/** How to get a model into a folder by hand: nothing here downloads one by itself. */
export function downloadCommand(name: string, folder: string): string {
  const address = `https://huggingface.co/ggerganov/whisper.cpp/resolve/main/ggml-${name}.bin`
  return `mkdir -p ${folder} && curl -L --fail -o ${join(folder, `ggml-${name}.bin`)} ${address}`
}
