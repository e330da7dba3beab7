import { RelayError } from '../../base/errors.ts'
import { isKept, readHubFile } from '../../config/hub-file.ts'
import {
  type InstalledRunner,
  listInstalled,
  placesOf,
  runnersFolder,
} from '../../provision/runner/inventory.ts'
import { pathOfJobs, proxiesOf } from '../../provision/runner/service-spec.ts'
import type { Context } from '../context.ts'

/** What there is to look at from here. */
export interface Situation {
  /** Why no broker can be asked; null: one can. */
  readonly noBroker: RelayError | null
  /** Runners that RelayQ has set up on this machine. */
  readonly installed: readonly InstalledRunner[]
  /** Names of all that do jobs on this machine: those, and the runners of a hub. */
  readonly runners: readonly string[]
  /** Of the jobs of each account that does some here: what a job finds there counts, not what this shell does. */
  readonly jobEnvs: readonly NodeJS.ProcessEnv[]
  /** Whether a topic was named: then it is looked at in any case. */
  readonly isAsked: boolean
}

export async function readSituation(context: Context, isAsked: boolean): Promise<Situation> {
  const { env } = context
  const installed = listInstalled(runnersFolder(env))
  const ofHub = await hubRunners(context)
  const runners = [...installed.map(({ name }) => name), ...ofHub]
  const isOwn = ofHub.length > 0 || (isAsked && installed.length === 0)
  const jobEnvs = [...jobEnvsOf(installed, env), ...(isOwn ? [env] : [])]
  return { noBroker: await reasonForNoBroker(context), installed, runners, jobEnvs, isAsked }
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

/** As their services start them; runners of one home share it. */
function jobEnvsOf(
  installed: readonly InstalledRunner[],
  env: NodeJS.ProcessEnv,
): readonly NodeJS.ProcessEnv[] {
  const root = runnersFolder(env)
  const byHome = new Map(installed.map(({ name, home }) => [home, pathOfJobs(placesOf(root, name))]))
  return [...byHome].map(([HOME, PATH]) => ({ HOME, PATH, ...proxiesOf(env) }))
}
