import type { Fleet } from '../model/runner.ts'

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

function isBelow(path: string, root: string): boolean {
  return path.startsWith(root.endsWith('/') ? root : `${root}/`)
}
