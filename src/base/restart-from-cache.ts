import { flushCompileCache, getCompileCacheDir } from 'node:module'

/** Tells the second start from the first, so that a cache that cannot be written does not restart a process for ever. */
const startedAgain = 'RELAYQ_STARTED_AGAIN'

/**
 * For processes that idle for months. Node keeps its type stripper, 43 MB, in any process that had to strip a file
 * itself: the first one after each change of the source. Such a process writes the compile cache and replaces itself
 * (same pid, same standard streams) with one that reads it. Call it when all is imported and nothing has begun.
 */
export function restartFromCache(): void {
  const again = process.env[startedAgain] !== undefined
  delete process.env[startedAgain]
  if (again || !hasTypeStripper() || getCompileCacheDir() === undefined || !process.execve) return
  flushCompileCache()
  const [node, ...args] = process.argv
  process.execve(process.execPath, [node ?? process.execPath, ...process.execArgv, ...args], {
    ...process.env,
    [startedAgain]: '1',
  })
}

function hasTypeStripper(): boolean {
  const { moduleLoadList } = process as { readonly moduleLoadList?: readonly string[] }
  return moduleLoadList?.some(name => name.includes('internal/deps/amaro')) ?? false
}
