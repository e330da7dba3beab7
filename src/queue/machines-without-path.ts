import type { Fleet } from '../model/runner.ts'
import type { Option } from '../policy/candidates.ts'

/**
 * The machines that are better not asked for a file of their own, by name, each with the reason: those which have said
 * what folders they lend, and not the one of `path` ('': no file is wanted). One that has said nothing may have it.
 */
export function machinesWithoutPath(path: string, fleet: Fleet | null): ReadonlyMap<string, string> {
  if (path === '') return new Map()
  const lacking = [...(fleet?.facts ?? [])].filter(
    ([, { inputRoots }]) => inputRoots !== undefined && !inputRoots.some(root => isBelow(path, root)),
  )
  return new Map(lacking.map(([name]) => [name, `it lends jobs no folder with ${path}`]))
}

/** The machines a job with a path may come to, by name, where each has said that it lends no folder with it; else none. */
export function withoutPathAmong(
  eligible: readonly Option[],
  without: ReadonlyMap<string, string>,
): readonly string[] {
  const lacking = eligible.flatMap(({ runner }) => (runner && without.has(runner.name) ? [runner.name] : []))
  return lacking.length === eligible.length ? lacking : []
}

function isBelow(path: string, root: string): boolean {
  return path.startsWith(root.endsWith('/') ? root : `${root}/`)
}
