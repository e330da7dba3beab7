import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RelayError, systemErrorCode } from '../../base/errors.ts'
import type { HubFile } from '../../config/hub-file.ts'
import { pathsForJobs } from '../../config/paths.ts'
import { ffmpeg, missingTools } from '../../provision/packages.ts'
import type { Context } from '../context.ts'
import { asOnlyKeeper } from './keeper-lock.ts'
import { keepSupervisor } from './kept-supervisor.ts'
import { LocalFleet, type LocalFleetOptions } from './local-fleet.ts'
import { defaultRunners, type RunnerSpec, withoutLabel } from './runner-spec.ts'
import { warnOfRunningJobs } from './running-jobs.ts'
import { takeDown } from './take-down.ts'

interface KeepFleetOptions {
  readonly stateDir: string
  readonly checkout: string
  readonly runners: readonly RunnerSpec[]
  readonly host: string
  readonly port: number | null
  readonly leaseSeconds: number
  readonly latencyMs: number
  readonly actions: 'offline' | 'network'
  /** Whether jobs are sent, moved and retried by a supervisor of this fleet's own. */
  readonly supervise: boolean
}

/** Starts hub and runners, tells when all are online, and keeps them until this process is interrupted. */
export async function keepFleet(
  options: KeepFleetOptions,
  context: Context,
  onReady: (hub: HubFile) => void,
): Promise<number> {
  const stopped = context.interrupted()
  return asOnlyKeeper(options.stateDir, async () => {
    // What a killed keeper left behind.
    await takeDown(options.stateDir)
    const fleet = await startAtUsualPort(options, await fleetOptions(options, context))
    const { checkout, supervise } = options
    const { env, say: log } = context
    const supervisor = supervise ? keepSupervisor({ hub: fleet.hub, checkout, env, log }) : null
    try {
      for (const warning of fleet.warnings) context.say(warning)
      onReady(fleet.hub)
      const fault = await Promise.race([fleet.broken, aborted(stopped)])
      if (fault) throw fault
      context.say((await warnOfRunningJobs(fleet.hub)) ?? 'stopping')
    } finally {
      await supervisor?.stop()
      await fleet.stop()
    }
    return 0
  })
}

async function aborted(signal: AbortSignal): Promise<null> {
  if (!signal.aborted) await once(signal, 'abort')
  return null
}

async function fleetOptions(options: KeepFleetOptions, context: Context): Promise<LocalFleetOptions> {
  const { paths } = await context.relayq()
  const { stateDir, checkout, host, leaseSeconds, latencyMs, actions } = options
  const runners = await honestRunners(options.runners, context)
  return {
    ...{ stateDir, repositoryPath: checkout, host, leaseSeconds, latencyMs, actions, runners },
    port: options.port ?? 0,
    actionArchiveCache: context.env['ACTIONS_RUNNER_ACTION_ARCHIVE_CACHE'] ?? null,
    env: context.env,
    passEnv: pathsForJobs(paths),
    log: context.say,
  }
}

/** The usual labels promise ffmpeg, which the policy believes: where it is missing, none may bear that label. */
async function honestRunners(
  runners: readonly RunnerSpec[],
  { env, say }: Context,
): Promise<readonly RunnerSpec[]> {
  if (runners !== defaultRunners) return runners
  const missing = await missingTools([ffmpeg], env['PATH'] ?? '')
  if (missing.length === 0) return runners
  say('ffmpeg is not installed here, so no runner bears the label ffmpeg; `relayq demo` installs it')
  return withoutLabel(runners, 'ffmpeg')
}

/** The ledger knows jobs by the address of their broker, so a hub comes back to the port it had, if it still can. */
async function startAtUsualPort(options: KeepFleetOptions, start: LocalFleetOptions): Promise<LocalFleet> {
  const memory = join(options.stateDir, 'port')
  const usual = options.port === null ? readPort(memory) : null
  const fleet = await startAt(usual, start)
  writeFileSync(memory, new URL(fleet.hub.url).port)
  return fleet
}

async function startAt(usual: number | null, start: LocalFleetOptions): Promise<LocalFleet> {
  if (usual === null) return LocalFleet.start(start)
  try {
    return await LocalFleet.start({ ...start, port: usual })
  } catch (thrown) {
    if (!(thrown instanceof RelayError) || thrown.code !== 'port_in_use') throw thrown
    return LocalFleet.start(start)
  }
}

function readPort(path: string): number | null {
  try {
    const text = readFileSync(path, 'utf8')
    return /^\d{1,5}$/.test(text) ? Number(text) : null
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return null
    throw thrown
  }
}
