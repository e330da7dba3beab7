import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { download } from '../../base/download.ts'
import { RelayError } from '../../base/errors.ts'
import type { Owner } from '../../base/replace-file.ts'
import { extractTarball } from '../../base/tarball.ts'
import type { ChosenPackage } from './choose-package.ts'
import { giveAll } from './owned-folders.ts'

/** actions/runner 2.336.0 is 200 MB packed and 600 MB unpacked. */
const maxPackedBytes = 2 * 1024 ** 3
const maxUnpacked = { maxEntries: 200_000, maxBytes: 8 * 1024 ** 3, top: 'kept' } as const

/** Where a package lies until it is unpacked; by its checksum, so that parts of two never come together. */
export function packagePath(root: string, { sha256, filename }: ChosenPackage): string {
  return join(root, '.downloads', `${sha256.slice(0, 16)}-${filename}`)
}

/**
 * Fetches a package, going on with what an earlier try has left, and checks its SHA-256: one that is not as the broker
 * says is removed. `apiUrl`: its own host is trusted, wherever it is, since the owner has named it. Throws what
 * `download` throws, and `download_failed` for a wrong checksum.
 */
export async function fetchPackage(
  chosen: ChosenPackage,
  path: string,
  options: {
    readonly apiUrl: string
    readonly signal: AbortSignal
    readonly onBytes?: (received: number, total: number | null) => void
  },
): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o755 })
  await download({
    url: chosen.url,
    headers: chosen.token === null ? {} : { authorization: `Bearer ${chosen.token}` },
    path,
    policy: { allowHosts: [new URL(options.apiUrl).host], allowCidrs: [] },
    maxBytes: maxPackedBytes,
    signal: options.signal,
    inspect: requireGzip,
    keepsPart: true,
    ...(options.onBytes ? { onBytes: options.onBytes } : {}),
  })
  if (await isWhole(path, chosen.sha256)) return
  await rm(path, { force: true })
  throw new RelayError(
    'download_failed',
    `${chosen.filename} is not what the broker says: its SHA-256 is another.`,
    {
      hint: 'It was removed; nothing was installed. Try again. If it happens again, somebody changes it on its way.',
    },
  )
}

/** Whether a file is there and has this checksum. */
export async function isWhole(path: string, sha256: string): Promise<boolean> {
  if (!existsSync(path)) return false
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex') === sha256
}

/** Unpacks into `folder` for `owner`, whole or not at all, and removes the package: it is large, and cards are small. */
export async function unpackPackage(path: string, folder: string, owner: Owner): Promise<void> {
  const partial = `${folder}.part`
  await rm(partial, { recursive: true, force: true })
  try {
    await extractTarball(path, partial, maxUnpacked)
    for (const program of ['config.sh', 'run.sh']) {
      if (existsSync(join(partial, program))) continue
      throw new RelayError(
        'protocol_mismatch',
        `${path} is no package of actions/runner: it has no ${program}.`,
      )
    }
    await giveAll(partial, owner)
    await rename(partial, folder)
    await rm(path, { force: true })
  } catch (thrown) {
    // On a full disk above all: half a package is of no use to anyone.
    await rm(partial, { recursive: true, force: true })
    throw thrown
  }
}

/** A proxy's log-in page is no package; it is refused before it is kept. */
function requireGzip(head: Buffer): void {
  if (head[0] === 0x1f && head[1] === 0x8b) return
  throw new RelayError('download_failed', 'What came is no package: something on the way answers instead.', {
    hint: 'Look at what the address shows in a browser; a proxy may ask for a log-in.',
  })
}
