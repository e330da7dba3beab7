import { readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { RelayError } from '../../base/errors.ts'
import { readIfThere } from '../../base/read-if-there.ts'
import { installTimer, removeTimer, timerOf } from '../keep/install-timer.ts'
import { currentVersion } from './current-version.ts'
import type { Enrolment } from './enrolment.ts'
import { type InstalledRunner, listInstalled, placesOf } from './inventory.ts'
import { readRunnerFile } from './jit-files.ts'
import type { ServiceManager } from './service-manager.ts'
import type { Step } from './steps.ts'

export interface Removal {
  readonly root: string
  readonly runner: InstalledRunner
  readonly services: ServiceManager
  /** null: the broker is not told. */
  readonly enrolment: Enrolment | null
  readonly env: NodeJS.ProcessEnv
}

/**
 * What takes a runner away: its service, its registration, its folder with runner.json last, so that it can be called
 * again. The account stays, for others may use it, and so does a home that is not the runner's own.
 */
export function stepsOfRemove({ root, runner, services, enrolment, env }: Removal): readonly Step[] {
  const { folder } = placesOf(root, runner.name)
  const service: Step = {
    name: 'service',
    will: `stop ${runner.service.unit} and remove it`,
    isDone: async () => (await services.state(runner.service)) === 'absent',
    do: () => services.remove(runner.service),
  }
  const registration: Step = {
    name: 'register',
    will: `remove it from ${runner.repository.url}`,
    isDone: async () => false,
    do: async () => (enrolment === null ? null : await removeRegistration(root, runner, enrolment)),
  }
  const folders: Step = {
    name: 'folders',
    will: `remove ${folder}`,
    isDone: async () => false,
    do: async () => {
      const isLast = (name: string) => name === 'runner.json'
      const names = await readdir(folder)
      for (const name of names.filter(each => !isLast(each)))
        await rm(join(folder, name), { recursive: true, force: true })
      await rm(folder, { recursive: true, force: true })
    },
  }
  const timer: Step = {
    name: 'timer',
    will: 'leave the hourly timer to another runner of this machine, or remove it',
    isDone: async () => false,
    do: () => handTimerOn(root, runner, env),
  }
  return enrolment === null ? [service, timer, folders] : [service, timer, registration, folders]
}

/** It calls the copy of RelayQ of one runner, and that may be this one's. */
async function handTimerOn(root: string, runner: InstalledRunner, env: NodeJS.ProcessEnv): Promise<void> {
  const heir = listInstalled(root).find(({ name, service }) => {
    return name !== runner.name && service.kind === runner.service.kind
  })
  if (heir === undefined) return await removeTimer(runner.service, env)
  await installTimer(timerOf(heir, placesOf(root, heir.name), env), heir.service, env)
}

/** Throws `still_pending` while it runs a job, which the removal of its service would cut off. */
export async function requireIdleForRemoval(name: string, enrolment: Enrolment): Promise<void> {
  if (!(await enrolment.find(name))?.busy) return
  throw new RelayError('still_pending', `${name} is running a job, which would be cut off.`, {
    hint: 'Wait until it is done, or cut it off: add --force',
  })
}

/** Only its own: another machine may have taken the name since. */
async function removeRegistration(
  root: string,
  runner: InstalledRunner,
  enrolment: Enrolment,
): Promise<string | null> {
  const known = await enrolment.find(runner.name)
  if (known === null) return 'the broker did not know it any more'
  const own = await ownId(root, runner)
  if (own !== null && own !== known.id) return `the name ${runner.name} is another machine’s now, which stays`
  await enrolment.remove(known.id)
  return null
}

async function ownId(root: string, runner: InstalledRunner): Promise<number | null> {
  const places = placesOf(root, runner.name)
  const version = (await currentVersion(places)) ?? runner.version
  if (version === null) return null
  return readRunnerFile(readIfThere(join(places.versions, basename(version), '.runner')))?.id ?? null
}
