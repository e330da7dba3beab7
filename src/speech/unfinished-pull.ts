import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { systemErrorCode } from '../base/errors.ts'
import { randomId } from '../base/id.ts'

const atWork = 'unfinished-'
const left = 'left-'
/** As `download` calls what has not arrived whole. */
const partEnding = '.part'

/** A pull gives up after minutes without a byte: what was not written to for so long belongs to one that was killed. */
const killedAfterMs = 3_600_000
/** Of a part that nobody came back for. */
const removedAfterMs = 7 * 24 * 3_600_000

/**
 * A folder for one pull alone, so that two at once do not write into one file; with what an earlier pull of the same file
 * left in it, if one did. What was left long ago is removed.
 */
export async function openUnfinished(folder: string, file: string, now: number): Promise<string> {
  const entries = (await readdir(folder)).filter(name => name.startsWith(atWork) || name.startsWith(left))
  for (const entry of entries) {
    const path = join(folder, entry)
    const idleMs = now - (await lastWrite(path))
    if (entry.startsWith(atWork) && idleMs <= killedAfterMs) continue
    if (idleMs > removedAfterMs) {
      await rm(path, { recursive: true, force: true })
      continue
    }
    const mine = join(folder, `${atWork}${randomId()}`)
    if ((await filesIn(path)).includes(`${file}${partEnding}`) && (await take(path, mine))) return mine
  }
  return await mkdtemp(join(folder, atWork))
}

/** How much of the file is in a folder of `openUnfinished`, in bytes. */
export async function arrivedBytes(path: string, file: string): Promise<number> {
  const part = `${file}${partEnding}`
  return (await filesIn(path)).includes(part) ? (await stat(join(path, part))).size : 0
}

/** Leaves what has arrived of the file, if it is not whole, for the next pull. */
export async function closeUnfinished(path: string): Promise<void> {
  if (!(await filesIn(path)).some(name => name.endsWith(partEnding))) {
    await rm(path, { recursive: true, force: true })
    return
  }
  await rename(path, join(dirname(path), basename(path).replace(atWork, left)))
}

/** Whoever renames it first has it. */
async function take(path: string, mine: string): Promise<boolean> {
  try {
    await rename(path, mine)
    return true
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return false
    throw thrown
  }
}

async function filesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path)
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return []
    throw thrown
  }
}

/** Of the folder and the files in it, in ms; of one that just went away: later than any time. */
async function lastWrite(folder: string): Promise<number> {
  try {
    const paths = [folder, ...(await readdir(folder)).map(name => join(folder, name))]
    const times = await Promise.all(paths.map(async path => (await stat(path)).mtimeMs))
    return Math.max(...times)
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return Number.POSITIVE_INFINITY
    throw thrown
  }
}
