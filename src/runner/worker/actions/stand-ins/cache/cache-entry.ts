import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RelayError } from '../../../../../base/errors.ts'
import { runProgram } from '../../../../../base/process.ts'
import { booleanInput, jobVariable, lineInput } from '../action-io.ts'

/** Between the restoring and the saving script of actions/cache. */
export const cacheStates = { primaryKey: 'CACHE_KEY', matchedKey: 'CACHE_RESULT' } as const

/** An entry is found only by those who name the same paths: as @actions/cache computes it, for gzip. */
export function cacheVersion(paths: readonly string[]): string {
  const windowsOnly =
    process.platform === 'win32' && !booleanInput('enableCrossOsArchive') ? ['windows-only'] : []
  return createHash('sha256')
    .update([...paths, 'gzip', ...windowsOnly, '1.0'].join('|'))
    .digest('hex')
}

export function cachePaths(): readonly string[] {
  const paths = lineInput('path')
  if (paths.length === 0) throw new RelayError('invalid_input', 'The input path is required')
  return paths
}

/** GitHub's rules for keys. */
export function checkKeys(keys: readonly string[]): void {
  if (keys.length > 10) throw new RelayError('invalid_input', 'At most 10 keys may be given')
  for (const key of keys) {
    if (key.length > 512)
      throw new RelayError('invalid_input', `A key may have 512 characters, this one has ${key.length}`)
    if (key.includes(',')) throw new RelayError('invalid_input', `The key '${key}' may not contain a comma`)
  }
}

/** Gives `use` the name of an archive that does not exist yet, and removes it afterwards. */
export async function withArchive<T>(use: (archive: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(jobVariable('RUNNER_TEMP'), 'cache-'))
  try {
    return await use(join(folder, 'cache.tgz'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** tar from the workspace, absolute and parent paths allowed (-P): a cache may hold ~/.npm, which lies outside of it. */
export async function tar(args: readonly string[], input?: string): Promise<void> {
  const workspace = jobVariable('GITHUB_WORKSPACE')
  const outcome = await runProgram(
    'tar',
    ['-P', '-C', workspace, ...args],
    input === undefined ? {} : { input },
  )
  if (outcome.kind === 'exited' && outcome.code === 0) return
  if (outcome.kind === 'not_found') throw new RelayError('tool_missing', 'The program tar is not installed')
  throw new RelayError('internal', `tar failed: ${outcome.stderr.trim().split('\n').at(-1) || outcome.kind}`)
}
