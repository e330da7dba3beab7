import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Clock, isoSeconds } from '../../base/clock.ts'
import { RelayError } from '../../base/errors.ts'
import { readIfThere } from '../../base/read-if-there.ts'
import { readDrained } from '../keep/drained.ts'
import { requireAccount } from './account.ts'
import type { ChosenPackage } from './choose-package.ts'
import { currentVersion, switchVersion, writeRunnerEnvironment } from './current-version.ts'
import type { Enrolment } from './enrolment.ts'
import { type InstalledRunner, placesOf, type RunnerPlaces, writeInstalled } from './inventory.ts'
import { fetchPackage, isWhole, packagePath, unpackPackage } from './package-files.ts'
import { requireProfile } from './profiles.ts'
import { copyProgram, isCopied, type RunningProgram } from './program-copy.ts'
import { copyRegistration } from './register.ts'
import type { ServiceManager } from './service-manager.ts'
import { serviceSpecOf } from './service-spec.ts'
import { type Step, type StepReport, takeSteps } from './steps.ts'

export interface Update {
  readonly root: string
  readonly runner: InstalledRunner
  readonly chosen: ChosenPackage
  readonly program: RunningProgram
  readonly enrolment: Enrolment
  readonly services: ServiceManager
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly onBytes: (received: number, total: number | null) => void
  readonly clock: Clock
  /** How long the new version may take to come up, and how often it is looked at, in ms. */
  readonly upMs: number
  readonly pollMs: number
}

export type UpdateOutcome =
  | { readonly kind: 'newest'; readonly version: string }
  | { readonly kind: 'updated'; readonly version: string; readonly from: string }
  /** The new one did not come up in time: the old one runs again. */
  | { readonly kind: 'rolled_back'; readonly version: string; readonly refused: string }

/** Looks at the same state so often in a row that one good moment of a failing program does not count. */
const steadyPolls = 3

/**
 * Brings a runner's package, its copy of RelayQ and its service to the newest. The old package stays beside the new one,
 * which has to come up, or the old one comes back. Interrupted, it is called again. Throws `still_pending` while a job
 * runs and while the runner is drained, and `runner_offline` when not even the old version comes up.
 */
export async function updateRunner(
  update: Update,
  report: (report: StepReport) => void,
): Promise<UpdateOutcome> {
  const { runner, chosen, root } = update
  const places = placesOf(root, runner.name)
  requireNotDrained(runner.name, places)
  const old = await versionToReturnTo(update)
  const isNew = old !== chosen.version
  const unit = update.services.describe(serviceSpecOf(runner, places, requireProfile(runner.profile)))
  const isOtherService = readIfThere(runner.service.file) !== unit
  const restarts = isNew || isOtherService || runner.begun === 'update'
  await takeSteps(stepsOfUpdate(update, restarts), report)
  if (!restarts) {
    record(update, { version: old, begun: null })
    return { kind: 'newest', version: old }
  }
  await update.services.install(runner.service, unit)
  record(update, { version: old, previousVersion: old, begun: 'update' })
  if (await comesUp(update, chosen.version)) {
    record(update, { version: chosen.version, previousVersion: isNew ? old : null, begun: null })
    await removeOthers(places.versions, isNew ? [chosen.version, old] : [old])
    return isNew ? { kind: 'updated', version: chosen.version, from: old } : { kind: 'newest', version: old }
  }
  return await rollBack(update, old)
}

/** What has to be here before the service is touched. Neither that nor the program changes under a running job. */
function stepsOfUpdate(update: Update, restarts: boolean): readonly Step[] {
  const { root, runner, chosen, program, enrolment, env, signal, onBytes } = update
  const places = placesOf(root, runner.name)
  const folder = join(places.versions, chosen.version)
  const tarball = packagePath(root, chosen)
  return [
    {
      name: 'package',
      will: `fetch actions/runner ${chosen.version}, and check its SHA-256`,
      isDone: async () => existsSync(folder) || (await isWhole(tarball, chosen.sha256)),
      do: () => fetchPackage(chosen, tarball, { apiUrl: enrolment.apiUrl, signal, onBytes }),
    },
    {
      name: 'unpack',
      will: `unpack it into ${folder}`,
      isDone: async () => existsSync(folder),
      do: async () => unpackPackage(tarball, folder, await requireAccount(runner.user, env)),
    },
    {
      name: 'idle',
      will: 'see that it runs no job',
      isDone: async () => !restarts && (await isCopied(program, places.program)),
      do: async () => requireIdle(runner.name, enrolment),
    },
    {
      name: 'program',
      will: `copy relayq into ${places.program}`,
      isDone: () => isCopied(program, places.program),
      do: () => copyProgram(program, places.program),
    },
  ]
}

/** Of an update that was interrupted, what it began with: what runs now may be what did not come up. */
async function versionToReturnTo({ root, runner }: Update): Promise<string> {
  const isInterrupted = runner.begun === 'update' && runner.previousVersion !== null
  const version = isInterrupted
    ? runner.previousVersion
    : ((await currentVersion(placesOf(root, runner.name))) ?? runner.version)
  if (version !== null) return version
  throw new RelayError('runner_not_found', `The runner ${runner.name} was never set up to its end.`, {
    hint: `Go on with it: relayq runner add ${runner.profile} --name ${runner.name}`,
  })
}

/** Whether a version comes up is seen only by starting it, and a drained runner is not to start. */
function requireNotDrained(name: string, places: RunnerPlaces): void {
  if (readDrained(places) === null) return
  throw new RelayError('still_pending', `${name} is drained, and an update would start it.`, {
    hint: `Let it take jobs again first: relayq runner resume ${name}`,
  })
}

async function requireIdle(name: string, enrolment: Enrolment): Promise<void> {
  if (!(await enrolment.find(name))?.busy) return
  throw new RelayError('still_pending', `${name} is running a job, which an update would cut off.`, {
    hint: 'Try again when it is done; what was fetched is kept.',
  })
}

/** Lets the service run this version, and sees whether it stays up. */
async function comesUp(update: Update, version: string): Promise<boolean> {
  const { root, runner, services, env } = update
  const places = placesOf(root, runner.name)
  const from = await currentVersion(places)
  const account = await requireAccount(runner.user, env)
  await services.stop(runner.service)
  if (from !== null && from !== version) {
    await copyRegistration(join(places.versions, from), join(places.versions, version), account)
  }
  writeRunnerEnvironment(places, version, account, env)
  await switchVersion(places, version)
  await services.start(runner.service)
  return await staysUp(update)
}

/** What the broker says may be of the session before: the service must run as well, and both for a while. */
async function staysUp({ runner, services, enrolment, upMs, pollMs, signal }: Update): Promise<boolean> {
  let good = 0
  for (let waited = 0; waited < upMs && good < steadyPolls; waited += pollMs) {
    await pause(pollMs, undefined, { signal })
    const isUp =
      (await services.state(runner.service)) === 'running' &&
      (await enrolment.find(runner.name))?.status === 'online'
    good = isUp ? good + 1 : 0
  }
  return good >= steadyPolls
}

async function rollBack(update: Update, old: string): Promise<UpdateOutcome> {
  const { runner, chosen, root } = update
  const isUp = await comesUp(update, old)
  record(update, { version: old, previousVersion: null, begun: null })
  if (chosen.version !== old) {
    await rm(join(placesOf(root, runner.name).versions, chosen.version), { recursive: true, force: true })
  }
  if (isUp) return { kind: 'rolled_back', version: old, refused: chosen.version }
  throw new RelayError(
    'runner_offline',
    `Neither ${chosen.version} nor ${old} of ${runner.name} comes online.`,
    {
      hint: `See why: relayq runner logs ${runner.name}`,
    },
  )
}

function record({ root, runner, clock }: Update, changes: Partial<InstalledRunner>): void {
  writeInstalled(root, { ...runner, ...changes, updatedAt: isoSeconds(clock()) })
}

async function removeOthers(versions: string, kept: readonly string[]): Promise<void> {
  for (const name of await readdir(versions)) {
    if (!kept.includes(name)) await rm(join(versions, name), { recursive: true, force: true })
  }
}
