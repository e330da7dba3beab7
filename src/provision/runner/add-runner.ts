import { existsSync } from 'node:fs'
import { chown } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Clock, isoSeconds } from '../../base/clock.ts'
import { RelayError } from '../../base/errors.ts'
import { readIfThere } from '../../base/read-if-there.ts'
import { type Owner, replaceIfChanged } from '../../base/replace-file.ts'
import { installTimer, isTimerInstalled, timerOf } from '../keep/install-timer.ts'
import { type Account, findAccount, makeRunnerAccount, requireAccount, runnerUser } from './account.ts'
import type { ChosenPackage } from './choose-package.ts'
import { currentVersion, switchVersion, writeRunnerEnvironment } from './current-version.ts'
import type { Enrolment } from './enrolment.ts'
import { type AllowList, allowFile, jobCompletedHook, jobStartedHook } from './hooks.ts'
import { type InstalledRunner, placesOf, type RunnerPlaces, writeInstalled } from './inventory.ts'
import { makeFolder } from './owned-folders.ts'
import { fetchPackage, isWhole, packagePath, unpackPackage } from './package-files.ts'
import type { RunnerPlatform } from './platform.ts'
import type { Profile } from './profiles.ts'
import { copyProgram, isCopied, type RunningProgram } from './program-copy.ts'
import { isRegistered, type Registering, register } from './register.ts'
import type { ServiceManager } from './service-manager.ts'
import { serviceSpecOf } from './service-spec.ts'
import { type Step, type StepReport, takeSteps } from './steps.ts'

/** All that is decided about a new runner, and what it is made with. */
export interface Setup {
  readonly root: string
  readonly runner: InstalledRunner
  readonly profile: Profile
  readonly platform: RunnerPlatform
  /** What is to be installed; with `runner.version` set, that version is unpacked already. */
  readonly chosen: ChosenPackage
  readonly replaces: boolean
  /** Looked at when it registers: by then the tools are here. */
  readonly labels: () => Promise<readonly string[]>
  readonly allow: AllowList
  /** The text of a new `.config/relayq/env`. */
  readonly envFile: string
  readonly program: RunningProgram
  readonly enrolment: Enrolment
  readonly services: ServiceManager
  /** Brings ffmpeg and a speech engine, or says what would; null: not wanted. */
  readonly tools: (() => Promise<string>) | null
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly onBytes: (received: number, total: number | null) => void
  readonly clock: Clock
  /** How long it may take until the broker sees it, in ms, and how long between two questions: longer each time. */
  readonly onlineMs: number
  readonly pollMs: { readonly least: number; readonly growth: number; readonly most: number }
}

/**
 * Sets a runner up, step by step; each is written down in runner.json before it begins and when it is done. Whoever was
 * interrupted calls it again with the same words. Throws what a step throws, with all before it done.
 */
export async function addRunner(
  setup: Setup,
  report: (report: StepReport) => void,
): Promise<InstalledRunner> {
  let state = setup.runner
  const write = (changes: Partial<InstalledRunner>) => {
    state = { ...state, ...changes, updatedAt: isoSeconds(setup.clock()) }
    writeInstalled(setup.root, state)
  }
  const steps = stepsOfAdd(setup)
  await takeSteps(steps, async told => {
    const { name } = told.step
    if (told.event === 'begun') write({ begun: name })
    else {
      const done = [...state.done.filter(each => each !== name), name]
      write({ begun: null, done, ...(await factsOf(name, setup)) })
    }
    report(told)
  })
  write({ isComplete: true })
  return state
}

/** What a step has settled. */
async function factsOf(step: string, { chosen, labels }: Setup): Promise<Partial<InstalledRunner>> {
  if (step === 'unpack') return { version: chosen.version }
  return step === 'register' ? { labels: await labels() } : {}
}

/** The plan: what has to be so, in order. Nothing is done until it is taken. */
export function stepsOfAdd(setup: Setup): readonly Step[] {
  const { runner, chosen, services, enrolment, env, root } = setup
  const places = placesOf(root, runner.name)
  const versionFolder = join(places.versions, chosen.version)
  const tarball = packagePath(root, chosen)
  const account = () => requireAccount(runner.user, env)
  const registering = async (): Promise<Registering> => ({
    runner: { ...runner, labels: await setup.labels() },
    folder: versionFolder,
    workFolder: places.work,
    account: await account(),
    platform: setup.platform,
    enrolment,
    env,
    replaces: setup.replaces,
  })
  const timer = timerOf(runner, places, env)
  const unit = () => services.describe(serviceSpecOf(runner, places, setup.profile))
  const { os, architecture } = setup.platform
  return [
    ...accountSteps(runner.user, env),
    {
      name: 'folders',
      will: `make ${places.folder}`,
      isDone: async () => false,
      do: async () => makeFolders(places, runner, await account()),
    },
    ...toolSteps(setup),
    {
      name: 'package',
      will: `fetch actions/runner ${chosen.version} for ${os} ${architecture} from ${new URL(chosen.url).host}, and check its SHA-256`,
      isDone: async () => existsSync(versionFolder) || (await isWhole(tarball, chosen.sha256)),
      do: () =>
        fetchPackage(chosen, tarball, {
          apiUrl: enrolment.apiUrl,
          signal: setup.signal,
          onBytes: setup.onBytes,
        }),
    },
    {
      name: 'unpack',
      will: `unpack it into ${versionFolder}`,
      isDone: async () => existsSync(versionFolder),
      do: async () => unpackPackage(tarball, versionFolder, await account()),
    },
    {
      name: 'program',
      will: `copy relayq into ${places.program}, for its jobs to call`,
      isDone: () => isCopied(setup.program, places.program),
      do: () => copyProgram(setup.program, places.program),
    },
    {
      name: 'hooks',
      will: `let only workflows of ${setup.allow.repository} in, started by ${setup.allow.actors.join(', ')}`,
      isDone: async () => areHooksWritten(places),
      do: async () => writeHooks(places, setup.allow),
    },
    {
      name: 'settings',
      will: `write ${join(runner.home, '.config', 'relayq', 'env')} (mode 0600), unless it is there`,
      isDone: async () => existsSync(join(runner.home, '.config', 'relayq', 'env')),
      do: async () => writeSettings(runner.home, setup.envFile, await account()),
    },
    {
      name: 'register',
      will: `register it at ${enrolment.repositoryUrl} with the labels ${runner.labels.join(', ')}`,
      isDone: async () => isRegistered(await registering()),
      do: async () => register(await registering()),
    },
    {
      name: 'link',
      will: `let ${places.current} lead to ${chosen.version}`,
      isDone: async () =>
        (await currentVersion(places)) === chosen.version && existsSync(join(versionFolder, '.env')),
      do: async () => {
        writeRunnerEnvironment(places, chosen.version, await account(), env)
        await switchVersion(places, chosen.version)
      },
    },
    {
      name: 'service',
      will: `install the service ${runner.service.unit}, which starts at boot and again whenever it ends`,
      isDone: async () => readIfThere(runner.service.file) === unit() && runner.done.includes('service'),
      do: async () => {
        const isNew = await services.install(runner.service, unit())
        if (isNew && (await services.state(runner.service)) === 'running')
          await services.restart(runner.service)
      },
    },
    {
      name: 'timer',
      will: `let ${timer.unit} look after it every hour`,
      isDone: async () => isTimerInstalled(timer, runner.service),
      do: () => installTimer(timer, runner.service, env),
    },
    {
      name: 'start',
      will: 'start it',
      isDone: async () => (await services.state(runner.service)) === 'running',
      do: () => services.start(runner.service),
    },
    {
      name: 'online',
      will: `wait until ${new URL(enrolment.repositoryUrl).host} sees it`,
      isDone: async () => (await enrolment.find(runner.name))?.status === 'online',
      do: () => waitUntilOnline(setup),
    },
  ]
}

function accountSteps(user: string, env: NodeJS.ProcessEnv): readonly Step[] {
  if (user !== runnerUser) return []
  return [
    {
      name: 'account',
      will: `make the account ${runnerUser}, without password, shell or sudo`,
      isDone: async () => (await findAccount(runnerUser, env)) !== null,
      do: () => makeRunnerAccount(env),
    },
  ]
}

function toolSteps({ tools }: Setup): readonly Step[] {
  if (tools === null) return []
  return [{ name: 'tools', will: 'see to ffmpeg and a speech engine', isDone: async () => false, do: tools }]
}

/** Hooks and program belong to whoever installs them; the rest is the account's alone. */
async function makeFolders(places: RunnerPlaces, { home }: InstalledRunner, account: Account): Promise<void> {
  await makeFolder(places.folder, 0o755, null)
  await makeFolder(places.hooks, 0o755, null)
  for (const folder of [places.versions, places.work, places.log]) await makeFolder(folder, 0o700, account)
  if (home === places.home) await makeFolder(home, 0o700, account)
}

/** The file of the settings last: whatever is there before is nobody's loss. What its owner has written is never touched. */
async function writeSettings(home: string, text: string, owner: Owner): Promise<void> {
  const config = join(home, '.config')
  const isNew = !existsSync(config)
  await makeFolder(join(config, 'relayq'), 0o700, owner)
  if (isNew) await chown(config, owner.uid, owner.gid)
  replaceIfChanged(join(config, 'relayq', 'env'), text, { mode: 0o600, owner })
}

function allowListOf({ hooks }: RunnerPlaces): string {
  return join(hooks, 'allow')
}

function areHooksWritten(places: RunnerPlaces): boolean {
  const started = readIfThere(join(places.hooks, 'job-started.sh'))
  const completed = readIfThere(join(places.hooks, 'job-completed.sh'))
  const isList = existsSync(allowListOf(places))
  return (
    isList && started === jobStartedHook(allowListOf(places)) && completed === jobCompletedHook(places.work)
  )
}

/** The allow list is its owner's once it is there. */
function writeHooks(places: RunnerPlaces, allow: AllowList): void {
  const allowPath = allowListOf(places)
  if (!existsSync(allowPath)) replaceIfChanged(allowPath, allowFile(allow), { mode: 0o644 })
  replaceIfChanged(join(places.hooks, 'job-started.sh'), jobStartedHook(allowPath), { mode: 0o755 })
  replaceIfChanged(join(places.hooks, 'job-completed.sh'), jobCompletedHook(places.work), { mode: 0o755 })
}

/** Throws `runner_offline` when its time is up; the service goes on trying. */
async function waitUntilOnline({
  runner,
  enrolment,
  services,
  onlineMs,
  pollMs,
  signal,
}: Pick<Setup, 'runner' | 'enrolment' | 'services' | 'onlineMs' | 'pollMs' | 'signal'>): Promise<void> {
  let waited = 0
  for (let next = pollMs.least; waited < onlineMs; next = Math.min(next * pollMs.growth, pollMs.most)) {
    if ((await enrolment.find(runner.name))?.status === 'online') return
    await pause(next, undefined, { signal })
    waited += next
  }
  const state = await services.state(runner.service)
  throw new RelayError(
    'runner_offline',
    `${runner.name} did not come online within ${onlineMs / 1_000} s; its service is ${state}.`,
    {
      hint: `See why: relayq runner logs ${runner.name}`,
    },
  )
}
