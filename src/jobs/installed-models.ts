import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { chooseModel, howToGetWhisperCpp } from '../speech/choose-model.ts'
import { publishedModels } from '../speech/model-catalogue.ts'
import { fitsMemory, usableMemoryMb } from '../speech/model-memory.ts'
import { listModels } from '../speech/models.ts'
import type { NodeConfig } from './context.ts'
import { readRequest } from './speech-request.ts'

export interface ModelRecord {
  readonly name: string
  /** MiB, of the file. */
  readonly sizeMb: number
  /** null: it is not here, and can be pulled. */
  readonly path: string | null
  /** Whether this machine's memory holds it, with a few minutes of audio. */
  readonly fits: boolean
  /** Whether whisper.cpp uses it for a job that names no model. */
  readonly isDefault: boolean
}

/** Where `relayq models` keeps them; the last of the folders that are searched. */
export function modelCacheFolder(config: NodeConfig): string {
  return join(config.cacheHome, 'models')
}

export function modelFolders(config: NodeConfig): readonly string[] {
  return [...config.modelDirs, modelCacheFolder(config)]
}

/** The models of whisper.cpp on this machine; `withPublished`: then those that could be pulled. */
export async function modelRecords(
  config: NodeConfig,
  withPublished: boolean,
  memoryMb = usableMemoryMb(),
): Promise<readonly ModelRecord[]> {
  const models = await listModels(modelFolders(config))
  const howToGet = (name: string) => howToGetWhisperCpp(name, modelCacheFolder(config))
  const choice = chooseModel(readRequest({}, config), { models, memoryMb, audioSeconds: 0, howToGet })
  const fits = (name: string) => fitsMemory(name, 0, memoryMb)
  const here = models.map(async ({ name, path }) => ({
    name,
    sizeMb: Math.round((await stat(path)).size / 1_048_576),
    path,
    fits: fits(name),
    isDefault: choice.kind === 'chosen' && choice.model.name === name,
  }))
  const others = withPublished
    ? publishedModels.filter(({ name }) => !models.some(model => model.name === name))
    : []
  return [
    ...(await Promise.all(here)),
    ...others.map(({ name, sizeMb }) => ({ name, sizeMb, path: null, fits: fits(name), isDefault: false })),
  ]
}
