import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { randomId } from '../base/id.ts'
import { isJsonObject, type JsonObject, parseJson } from '../base/json.ts'

/** Which form a model was found to take, so that the next job does not begin with one that is refused. */
export interface FormMemory {
  recall(model: string): Promise<string | null>
  remember(model: string, form: string): Promise<void>
}

/** A model may learn: after this it is asked anew. */
const forgottenAfterMs = 30 * 86_400_000
const mostModels = 200

/** Keeps them in a file of the machine's cache. One that cannot be read or written costs a refused request, and no more. */
export function formMemory(path: string, clock: Clock): FormMemory {
  return {
    recall: async model => {
      const kept = Object.entries(await read(path)).find(([name]) => name === model)?.[1]
      if (!isJsonObject(kept) || typeof kept['form'] !== 'string') return null
      const age = clock() - Number(kept['at'])
      return age >= 0 && age < forgottenAfterMs ? kept['form'] : null
    },
    remember: async (model, form) => {
      const others = Object.entries(await read(path)).filter(([name]) => name !== model)
      const newest = [...others, [model, { form, at: clock() }]].slice(-mostModels)
      await write(path, JSON.stringify(Object.fromEntries(newest)))
    },
  }
}

async function read(path: string): Promise<JsonObject> {
  const kept = parseJson(await readFile(path, 'utf8').catch(() => ''))
  return isJsonObject(kept) ? kept : {}
}

/** Several jobs may write at once: each file is whole, and the last one stays. */
async function write(path: string, text: string): Promise<void> {
  const part = `${path}.${randomId()}.part`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(part, text)
    await rename(part, path)
  } catch {
    await rm(part, { force: true }).catch(() => {})
  }
}
