import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { RelayError } from '../base/errors.ts'
import { hubFolder } from '../config/hub-file.ts'
import type { Flags } from './command.ts'
import type { Context } from './context.ts'

/** Which hub `up` and `down` speak of, as the command line says it. */
export interface HubPlace {
  readonly repository: string | null
  readonly state: string | null
}

export function addPlaceOptions(command: Command): void {
  command
    .option('--repository <path>', 'git checkout whose workflows are served (default: the one around here)')
    .option('--state <folder>', 'where the hub keeps its state (default: below ~/.local/state/relayq)')
}

export function parsePlace(flags: Flags): HubPlace {
  const { repository, state } = flags
  return {
    repository: typeof repository === 'string' ? repository : null,
    state: typeof state === 'string' ? state : null,
  }
}

/** Throws `usage` for a repository that is not there. */
export async function placeOf(
  place: HubPlace,
  context: Context,
): Promise<{ readonly checkout: string; readonly stateDir: string }> {
  const relayq = await context.relayq()
  const checkout =
    place.repository === null ? relayq.checkout : realFolder(resolve(context.cwd, place.repository))
  const stateDir =
    place.state === null ? hubFolder(relayq.paths, checkout) : resolve(context.cwd, place.state)
  return { checkout, stateDir }
}

function realFolder(path: string): string {
  try {
    return realpathSync(path)
  } catch (cause) {
    throw new RelayError('usage', `There is no folder ${path}.`, { hint: 'Correct --repository.', cause })
  }
}
