import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../base/errors.ts'
import { randomId } from '../base/id.ts'
import { isJsonObject, type JsonObject, parseJson } from '../base/json.ts'
import type { Recognition } from './backend.ts'
import type { Chunk } from './split.ts'
import type { Segment, Word } from './transcript.ts'

/** The finished chunks of one recording and one engine, so that a second try begins where the first one ended. */
export interface Checkpoints {
  /** null: not heard yet, or what is there is damaged. */
  load(chunk: Chunk): Promise<Recognition | null>
  /** Never throws: a chunk that cannot be kept is heard again, and that is all. */
  save(chunk: Chunk, recognition: Recognition): Promise<void>
  /** Once the job has its result. */
  clear(): Promise<void>
}

export const noCheckpoints: Checkpoints = {
  load: async () => null,
  save: async () => {},
  clear: async () => {},
}

const maxAgeMs = 7 * 24 * 3600_000
/** An hour of speech takes about half a megabyte; this is some hundred recordings that were given up. */
const maxFolders = 100

/**
 * Keeps chunks below `folder`, readable by this user only. `identity` is all that the text depends on beside the chunk:
 * recording, engine, model, version, request. Folders nobody has come back to for a week are removed, and all but the
 * hundred newest.
 */
export async function openCheckpoints(
  folder: string,
  identity: Readonly<Record<string, string | null>>,
  now: number,
): Promise<Checkpoints> {
  await removeOld(folder, now)
  const key = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32)
  const own = join(folder, key)
  return {
    load: async chunk => readRecognition(await readText(join(own, fileName(chunk)))),
    save: (chunk, recognition) => quietly(() => store(own, fileName(chunk), recognition)),
    clear: () => quietly(() => rm(own, { recursive: true, force: true })),
  }
}

/** The part that was heard names the file: another plan finds what it shares with the first. */
function fileName({ heardFrom, heardTo, padding }: Chunk): string {
  return `${[heardFrom, heardTo, padding].map(seconds => Math.round(seconds * 1000)).join('-')}.json`
}

async function store(folder: string, name: string, recognition: Recognition): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const part = join(folder, `${name}.${randomId()}.part`)
  await writeFile(part, JSON.stringify(recognition), { mode: 0o600, flush: true })
  await rename(part, join(folder, name))
}

async function removeOld(folder: string, now: number): Promise<void> {
  await quietly(async () => {
    const names = await readdir(folder)
    const entries = await Promise.all(
      names.map(async name => ({
        path: join(folder, name),
        changedAt: (await stat(join(folder, name))).mtimeMs,
      })),
    )
    const newestFirst = entries.sort((a, b) => b.changedAt - a.changedAt)
    const old = newestFirst.filter(
      ({ changedAt }, index) => index >= maxFolders || now - changedAt > maxAgeMs,
    )
    for (const { path } of old) await rm(path, { recursive: true, force: true })
  })
}

/** A cache is a help and no more: no folder, no room and no right to write are all reasons to go on without. */
async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    if (systemErrorCode(thrown) === null) throw thrown
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    if (systemErrorCode(thrown) === null) throw thrown
    return ''
  }
}

/** null for anything that is not wholly a recognition: a file may be of another version, or damaged. */
function readRecognition(text: string): Recognition | null {
  const value = parseJson(text)
  if (!isJsonObject(value)) return null
  const { language, model, version, timing, segments, warnings } = value
  const isWhole =
    typeof language === 'string' &&
    isNameOrNull(model) &&
    isNameOrNull(version) &&
    (timing === 'word' || timing === 'segment' || timing === 'chunk') &&
    Array.isArray(segments) &&
    segments.every(isSegment) &&
    Array.isArray(warnings) &&
    warnings.every(warning => typeof warning === 'string')
  return isWhole ? { language, model, version, timing, segments, warnings } : null
}

function isNameOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string'
}

function isSegment(value: unknown): value is Omit<Segment, 'id'> & JsonObject {
  if (!isSpoken(value)) return false
  const { words } = value
  return words === undefined || (Array.isArray(words) && words.every(isSpoken))
}

function isSpoken(value: unknown): value is Omit<Word, 'p'> & JsonObject {
  return (
    isJsonObject(value as JsonObject) &&
    typeof (value as JsonObject)['text'] === 'string' &&
    isSeconds((value as JsonObject)['start']) &&
    isSeconds((value as JsonObject)['end'])
  )
}

function isSeconds(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
