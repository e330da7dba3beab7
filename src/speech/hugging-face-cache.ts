import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ModelFile } from './models.ts'

/** Where huggingface_hub keeps what it has downloaded, by its own variables. */
function cacheFolder(env: NodeJS.ProcessEnv): string {
  const cache = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache')
  return env['HF_HUB_CACHE'] || join(env['HF_HOME'] || join(cache, 'huggingface'), 'hub')
}

/**
 * The models in the cache whose repository (`owner/name`) has a name for `nameOf`, each as the folder of a snapshot that
 * holds its weights: one whose download broke off does not.
 */
export async function listCachedModels(
  env: NodeJS.ProcessEnv,
  nameOf: (repository: string) => string | null,
): Promise<ModelFile[]> {
  const cache = cacheFolder(env)
  const models = await Promise.all(
    (await namesIn(cache)).map(async entry => {
      const repository = /^models--(.+?)--(.+)$/.exec(entry)?.slice(1).join('/')
      const name = repository === undefined ? null : nameOf(repository)
      const path = name === null ? null : await wholeSnapshot(join(cache, entry, 'snapshots'))
      return name === null || path === null ? [] : [{ name, path }]
    }),
  )
  const unique = new Map(models.flat().map(model => [model.name, model]))
  return [...unique.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function wholeSnapshot(folder: string): Promise<string | null> {
  for (const revision of await namesIn(folder)) {
    const files = await namesIn(join(folder, revision))
    if (files.includes('config.json') && files.some(isWeights)) return join(folder, revision)
  }
  return null
}

/** `model.bin` of CTranslate2, `weights.npz` or `weights.safetensors` of MLX. */
function isWeights(file: string): boolean {
  return /^(?:model\.bin|weights\.(?:npz|safetensors))$/.test(file)
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch {
    // Not there, or no folder: whatever the reason, it holds no model.
    return []
  }
}
