import { RelayError } from '../../base/errors.ts'
import { isKept, readHubFile } from '../../config/hub-file.ts'
import { type InstalledRunner, listInstalled, runnersFolder } from '../../provision/runner/inventory.ts'
import type { Context } from '../context.ts'

/** What there is to look at from here. */
export interface Situation {
  /** Why no broker can be asked; null: one can. */
  readonly noBroker: RelayError | null
  /** Runners that RelayQ has set up on this machine. */
  readonly installed: readonly InstalledRunner[]
  /** Names of all that do jobs on this machine: those, and the runners of a hub. */
  readonly runners: readonly string[]
  /** Whether a topic was named: then it is looked at in any case. */
  readonly isAsked: boolean
}

export async function readSituation(context: Context, isAsked: boolean): Promise<Situation> {
  const installed = listInstalled(runnersFolder(context.env))
  const runners = [...installed.map(({ name }) => name), ...(await hubRunners(context))]
  return { noBroker: await reasonForNoBroker(context), installed, runners, isAsked }
}

async function reasonForNoBroker(context: Context): Promise<RelayError | null> {
  try {
    await (await context.relayq()).github()
    return null
  } catch (thrown) {
    const isChoice = thrown instanceof RelayError && ['no_broker', 'not_authorized'].includes(thrown.code)
    if (isChoice) return thrown
    throw thrown
  }
}

/** Those of a hub that runs here. */
async function hubRunners(context: Context): Promise<readonly string[]> {
  const hub = readHubFile((await context.relayq()).hubFolder)
  return hub && isKept(hub) ? hub.runners.map(({ name }) => name) : []
}
