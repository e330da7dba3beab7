import { lstat, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Millis } from '../../base/clock.ts'
import { systemErrorCode } from '../../base/errors.ts'
import type { InstalledRunner, RunnerPlaces } from '../runner/inventory.ts'
import type { Waste } from './action.ts'

/** Logs of the runner that are younger are still wanted. */
const diagMs = 7 * 86_400_000
/** Of the work folder: what a job or the runner itself still reads. */
const keptInWork = ['_tool', '_actions', '_PipelineMapping', '_update']

/** Throws away one kind of waste of a runner; nothing that is a link is followed. Wiping what is gone is no error. */
export async function wipe(
  waste: Waste,
  runner: Pick<InstalledRunner, 'version' | 'previousVersion'>,
  places: Pick<RunnerPlaces, 'versions' | 'work'>,
  now: Millis,
): Promise<void> {
  for (const path of await wasted(waste, runner, places, now))
    await rm(path, { recursive: true, force: true })
}

async function wasted(
  waste: Waste,
  { version, previousVersion }: Pick<InstalledRunner, 'version' | 'previousVersion'>,
  { versions, work }: Pick<RunnerPlaces, 'versions' | 'work'>,
  now: Millis,
): Promise<readonly string[]> {
  switch (waste) {
    case 'old_versions':
      // The one before stays: an update goes back to it.
      return (await pathsIn(versions)).filter(path => ![version, previousVersion].includes(basename(path)))
    case 'diag':
      return await diagFiles(versions, now)
    case 'work':
      return (await pathsIn(work)).filter(path => !keptInWork.includes(basename(path)))
    case 'tool_cache':
      return [join(work, '_tool'), join(work, '_actions')]
  }
}

async function diagFiles(versions: string, now: Millis): Promise<readonly string[]> {
  const folders = (await pathsIn(versions)).map(path => join(path, '_diag'))
  const files = (await Promise.all(folders.map(pathsIn))).flat()
  const ages = await Promise.all(files.map(async path => now - (await lstat(path)).mtimeMs))
  return files.filter((_, index) => (ages[index] ?? 0) > diagMs)
}

/** Empty where there is no such folder, or only a link to one. */
async function pathsIn(folder: string): Promise<readonly string[]> {
  try {
    if (!(await lstat(folder)).isDirectory()) return []
    return (await readdir(folder)).map(name => join(folder, name))
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw thrown
  }
}
