import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { systemErrorCode } from '../../base/errors.ts'
import { BodyTooLarge, bodyStream, limitBytes } from '../request-body.ts'

export interface SpooledBody extends AsyncDisposable {
  readonly file: string
}

/**
 * A request's body as a file in a folder of its own, unzipped where it was sent so: a push is worked off at once, not at
 * the pace of whoever sends it. `broken`: it cannot be unzipped, or whoever sends it went away. Rejects when the disk does.
 */
export async function spoolBody(
  request: Request,
  limit: number,
): Promise<SpooledBody | 'too_large' | 'broken'> {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-push-'))
  const remove = async (): Promise<void> => await rm(folder, { recursive: true, force: true })
  const file = join(folder, 'request')
  const source = bodyStream(request)
  const target = createWriteStream(file, { mode: 0o600 })
  try {
    const isZipped = /^(x-)?gzip$/i.test(request.headers.get('Content-Encoding') ?? '')
    if (isZipped) await pipeline(source, createGunzip(), limitBytes(limit), target)
    else await pipeline(source, limitBytes(limit), target)
  } catch (error) {
    await remove()
    if (error instanceof BodyTooLarge) return 'too_large'
    if (isOfTheDisk(error)) throw error
    return 'broken'
  }
  return { file, [Symbol.asyncDispose]: remove }
}

/** Full, read-only, or out of files: the operator's to know. */
function isOfTheDisk(error: unknown): boolean {
  return /^(ENOSPC|EDQUOT|EACCES|EROFS|EMFILE|EIO)$/.test(systemErrorCode(error) ?? '')
}
