import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Millis } from '../base/clock.ts'

/** A folder for something that is not whole yet, until it is disposed of. */
export interface ScratchFolder extends AsyncDisposable {
  readonly path: string
}

/** Makes one in `parent`, whose name begins with `prefix`. Those that processes left there which died are removed first. */
export async function openScratchFolder(parent: string, prefix: string, now: Millis): Promise<ScratchFolder> {
  await mkdir(parent, { recursive: true, mode: 0o700 })
  await removeForgotten(parent, prefix, now)
  const path = await mkdtemp(join(parent, prefix))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** No file takes so long on its way to the broker or from there: who left it died. */
const forgottenAfter: Millis = 86_400_000

async function removeForgotten(parent: string, prefix: string, now: Millis): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue
    const path = join(parent, name)
    const found = await stat(path).catch(() => null)
    if (found && now - found.mtimeMs > forgottenAfter) await rm(path, { recursive: true, force: true })
  }
}
