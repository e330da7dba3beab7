import { join } from 'node:path'
import type { Command } from 'commander'
import { machineEnvPath } from '../../../../config/machine-env.ts'
import { findPaths } from '../../../../config/paths.ts'
import { listInstalled, runnersFolder } from '../../../../provision/runner/inventory.ts'
import type { Flags } from '../../../command.ts'
import type { Context } from '../../../context.ts'
import { parseText } from '../../../option-values.ts'
import { namedRunner } from '../named-runner.ts'
import { requireRights } from '../require-rights.ts'

/** Whose env file is meant: of a runner of this machine, or of whoever types. */
export interface EnvTarget {
  readonly runner: string | null
  readonly own: boolean
}

export function addTargetOptions(command: Command): Command {
  return command
    .option('--runner <name>', 'of this runner (default: the only one of this machine)')
    .option('--own', 'of this user, for the commands typed here')
}

export function parseTarget(flags: Flags): EnvTarget {
  return { runner: parseText('--runner', flags['runner']), own: flags['own'] === true }
}

/**
 * The path of that file. A machine without runners has only its user's own. Throws `usage` where there are several to
 * choose from, and `not_authorized` for one whose account is another.
 */
export async function envPathOf({ runner, own }: EnvTarget, context: Context): Promise<string> {
  const root = runnersFolder(context.env)
  if (own || (runner === null && listInstalled(root).length === 0))
    return machineEnvPath(findPaths(context.env))
  const chosen = namedRunner(runner, context.env)
  await requireRights(root, chosen, context)
  return join(chosen.home, '.config', 'relayq', 'env')
}
