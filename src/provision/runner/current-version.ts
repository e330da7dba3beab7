import { lstat, readlink, rename, rm, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { systemErrorCode } from '../../base/errors.ts'
import { type Owner, replaceIfChanged } from '../../base/replace-file.ts'
import type { RunnerPlaces } from './inventory.ts'
import { hookVariables, pathOfJobs, proxiesOf } from './service-spec.ts'

/** The version that `current` leads to; null where there is no such link. */
export async function currentVersion({ current }: Pick<RunnerPlaces, 'current'>): Promise<string | null> {
  try {
    return basename(await readlink(current))
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    if (code === 'ENOENT' || code === 'EINVAL') return null
    throw thrown
  }
}

/** Lets `current` lead to a version, at one moment: there is never none. */
export async function switchVersion(places: RunnerPlaces, version: string): Promise<void> {
  const partial = `${places.current}.part`
  await rm(partial, { force: true })
  await symlink(join('versions', version), partial)
  const isFolder = await lstat(places.current).then(
    found => found.isDirectory(),
    () => false,
  )
  if (isFolder) await rm(places.current, { recursive: true })
  await rename(partial, places.current)
}

/**
 * `.env`, which the runner reads when it starts: hooks, and proxies, which everyone could read in a unit. And `.path`, which
 * its own service script reads, for whoever starts the package by hand.
 */
export function writeRunnerEnvironment(
  places: RunnerPlaces,
  version: string,
  owner: Owner,
  env: NodeJS.ProcessEnv,
): void {
  const folder = join(places.versions, version)
  const lines = Object.entries({ ...hookVariables(places), ...proxiesOf(env) }).map(
    ([name, value]) => `${name}=${value}\n`,
  )
  for (const [name, text] of [
    ['.env', lines.join('')],
    ['.path', `${pathOfJobs(places)}\n`],
  ] as const) {
    replaceIfChanged(join(folder, name), text, { mode: 0o600, owner })
  }
}
