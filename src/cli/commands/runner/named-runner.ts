import { RelayError } from '../../../base/errors.ts'
import {
  type InstalledRunner,
  listInstalled,
  requireInstalled,
  runnersFolder,
} from '../../../provision/runner/inventory.ts'
import { openServiceManager } from '../../../provision/runner/open-service-manager.ts'
import type { Context } from '../../context.ts'
import { requireRights } from './require-rights.ts'

/** The runner of this name; without a name the only one of this machine. Throws `runner_not_found`, or `usage`. */
export function namedRunner(name: string | null, env: NodeJS.ProcessEnv): InstalledRunner {
  const root = runnersFolder(env)
  if (name !== null) return requireInstalled(root, name)
  const [only, ...others] = listInstalled(root)
  if (only === undefined) {
    throw new RelayError('runner_not_found', `There is no runner in ${root}.`, {
      hint: 'Set one up: relayq runner add PROFILE',
    })
  }
  if (others.length === 0) return only
  throw new RelayError('usage', 'This machine has several runners.', {
    hint: `Name one of them: ${[only, ...others].map(runner => runner.name).join(', ')}`,
  })
}

/** The same, to do something to its service: with who acts on it. Throws `not_authorized`, before anything was done. */
export async function runnerToServe(name: string | null, context: Context) {
  const { env } = context
  const runner = namedRunner(name, env)
  const root = runnersFolder(env)
  await requireRights(root, runner, context)
  return { root, runner, services: openServiceManager(runner.service.kind, env) }
}
