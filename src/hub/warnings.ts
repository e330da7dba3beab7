import { isLoopback } from './urls.ts'

/** Said at the start of a hub that others can reach; null on loopback. */
export function exposureWarning(host: string): string | null {
  if (isLoopback(host)) return null
  return `the hub listens on ${host}: whoever reaches it and has its token commands your runners, and nothing is encrypted`
}

/** What is said about workflow edits that a dispatch does not see; null when there are none. One line, safe in a header. */
export function uncommittedWarning(paths: readonly string[]): string | null {
  if (paths.length === 0) return null
  const files = paths.map(path => path.replaceAll(/[^\x20-\x7e]/g, '?')).join(', ')
  return `uncommitted workflow changes are not part of a dispatch; commit them first: ${files}`
}
