import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemErrorCode } from '../../../base/errors.ts'
import type { Check } from '../check.ts'
import { type Finding, manualMend, ok, problem, warning } from '../finding.ts'

const name = 'disk'

/** A disk, by the folders of RelayQ that lie on it. */
export interface DiskFacts {
  readonly folders: readonly string[]
  readonly freeBytes: number
}

const gigabyte = 1_000_000_000
/** A recording of hours, its sound without compression and a model have to fit at once. */
const floorBytes = gigabyte
const comfortBytes = 5 * gigabyte

export function diskCheck(folders: readonly string[]): Check {
  return { name, timeoutMs: 10_000, look: async () => judgeDisks(await disksOf(folders)) }
}

/** Pure. */
export function judgeDisks(disks: readonly DiskFacts[]): readonly Finding[] {
  return disks.map(({ folders, freeBytes }) => {
    const free = `${(freeBytes / gigabyte).toFixed(1)} GB free`
    const where = folders.join(', ')
    if (freeBytes >= comfortBytes) return ok(name, free, where)
    const judge = freeBytes < floorBytes ? problem : warning
    return judge(name, `only ${free}`, {
      why: 'a job that finds no room fails, and the ledger cannot be written',
      mend: manualMend(`du -xh ${folders[0]} | sort -h | tail -n 20`),
      where,
    })
  })
}

async function disksOf(folders: readonly string[]): Promise<readonly DiskFacts[]> {
  const looks = await Promise.all(
    folders.map(async folder => {
      const place = await nearestThere(folder)
      const { bavail, bsize } = await statfs(place)
      return { folder, device: (await stat(place)).dev, freeBytes: bavail * bsize }
    }),
  )
  return [...Map.groupBy(looks, ({ device }) => device).values()].map(group => ({
    folders: group.map(({ folder }) => folder),
    freeBytes: Math.min(...group.map(({ freeBytes }) => freeBytes)),
  }))
}

/** A folder that is made when it is first needed will lie where its nearest ancestor does. */
async function nearestThere(folder: string): Promise<string> {
  try {
    await stat(folder)
    return folder
  } catch (thrown) {
    const parent = dirname(folder)
    const code = systemErrorCode(thrown)
    if (parent === folder || (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EACCES')) throw thrown
    return nearestThere(parent)
  }
}
