import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { isoSeconds } from '../../../base/clock.ts'
import { RelayError } from '../../../base/errors.ts'
import { findProgram } from '../../../base/find-program.ts'
import { readIfThere } from '../../../base/read-if-there.ts'
import { usualProgramFolders } from '../../../jobs/program-folders.ts'
import { findAccount, runnerUser } from '../../../provision/runner/account.ts'
import type { Setup } from '../../../provision/runner/add-runner.ts'
import { type ChosenPackage, choosePackage } from '../../../provision/runner/choose-package.ts'
import type { Enrolment } from '../../../provision/runner/enrolment.ts'
import type { AllowList } from '../../../provision/runner/hooks.ts'
import {
  type InstalledRunner,
  placesOf,
  readInstalled,
  runnersFolder,
} from '../../../provision/runner/inventory.ts'
import { readRunnerFile } from '../../../provision/runner/jit-files.ts'
import { olderRunners } from '../../../provision/runner/older-runners.ts'
import { openServiceManager } from '../../../provision/runner/open-service-manager.ts'
import { lookAtMachine, platformOf, type RunnerPlatform } from '../../../provision/runner/platform.ts'
import { labelsOf, requireProfile } from '../../../provision/runner/profiles.ts'
import type { RunningProgram } from '../../../provision/runner/program-copy.ts'
import { requireReplaceable } from '../../../provision/runner/register.ts'
import type { ServiceManager } from '../../../provision/runner/service-manager.ts'
import type { Context } from '../../context.ts'
import { transferTold } from '../../transfer-line.ts'
import type { RunnerAddOptions } from './add.ts'
import { newEnvFile } from './new-env-file.ts'
import { runningProgram } from './running-program.ts'
import { seeToTools } from './see-to-tools.ts'

/** How long the broker may take to see a new runner: its first start unpacks and compiles on a slow card. */
const onlineMs = 120_000
/** In 10 s no more requests than twice a second would be. */
const pollMs = { least: 100, growth: 1.3, most: 1_000 }

/**
 * Looks at the machine and the broker, and decides all that can be decided before anything is done. Throws
 * `unsupported_machine`, `runner_name_taken`, and what the broker refuses.
 */
export async function prepareSetup(
  options: RunnerAddOptions,
  context: Context,
  enrolment: Enrolment,
): Promise<Setup> {
  const { env } = context
  const platform = platformOf(await lookAtMachine(env))
  const root = runnersFolder(env)
  const kind = process.platform === 'darwin' ? (options.gui ? 'launchd-gui' : 'launchd') : 'systemd'
  const services = openServiceManager(kind, env)
  await requireMayRegister(enrolment)
  await warnOfOlder(context)
  const existing = readInstalled(root, options.name)
  if (existing) requireSameRepository(existing, enrolment)
  const runner = await decideRunner(options, context, { enrolment, services, root, existing })
  const chosen = existing ? unpackedPackage(root, existing) : null
  await requireFreeName(runner, root, enrolment, options.replace)
  const program = runningProgram()
  return {
    root,
    runner,
    profile: requireProfile(options.profile),
    platform,
    chosen: chosen ?? (await offeredPackage(enrolment, platform, options.sha256)),
    replaces: options.replace,
    labels: () => labelsFor(options, env),
    allow: await decideAllowed(options.actors, enrolment, program),
    envFile: newEnvFile(),
    program,
    enrolment,
    services,
    tools: options.tools ? () => seeToTools(runner, placesOf(root, runner.name), context) : null,
    env,
    signal: context.interrupted(),
    onBytes: transferTold(context.streams, 'actions/runner'),
    clock: Date.now,
    onlineMs,
    pollMs,
  }
}

/** Else it would be found out when all the rest is there. */
async function requireMayRegister(enrolment: Enrolment): Promise<void> {
  if (await enrolment.mayRegister()) return
  throw new RelayError(
    'not_authorized',
    `The token may not register machines at ${enrolment.repositoryUrl}.`,
    {
      hint: 'Set GH_TOKEN to the one to set up: it has the repository permission Administration: Read and write.',
    },
  )
}

interface Surroundings {
  readonly enrolment: Enrolment
  readonly services: ServiceManager
  readonly root: string
  readonly existing: InstalledRunner | null
}

async function decideRunner(
  options: RunnerAddOptions,
  { env }: Context,
  { enrolment, services, root, existing }: Surroundings,
): Promise<InstalledRunner> {
  const user = options.user ?? defaultUser(env)
  const now = isoSeconds(Date.now())
  // GitHub's lasting registration needs config.sh; the hub's is by JIT since config.sh drops the port of an address.
  const registration = options.jit || enrolment.jitLasts ? 'jit' : 'token'
  return {
    format: 1,
    name: options.name,
    profile: options.profile,
    labels: await labelsFor(options, env),
    repository: {
      apiUrl: enrolment.apiUrl,
      url: enrolment.repositoryUrl,
      owner: enrolment.owner,
      repo: enrolment.repo,
    },
    registration,
    ephemeral: options.ephemeral || (options.jit && !enrolment.jitLasts),
    version: existing?.version ?? null,
    previousVersion: existing?.previousVersion ?? null,
    user,
    home: await homeFor(user, root, options.name, env),
    service: services.place(options.name),
    done: existing?.done ?? [],
    begun: existing?.begun ?? null,
    isComplete: existing?.isComplete ?? false,
    createdAt: existing?.createdAt ?? now,
    updatedAt: now,
  }
}

async function labelsFor(options: RunnerAddOptions, env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const ffmpeg = (await findProgram(['ffmpeg'], env['PATH'], usualProgramFolders(env))) !== null
  return labelsOf(requireProfile(options.profile), options.labels, { ffmpeg })
}

/** On Linux an account of its own; on a Mac, where such a one has no keychain and no GPU session, whoever is at it. */
function defaultUser(env: NodeJS.ProcessEnv): string {
  if (process.platform !== 'darwin') return runnerUser
  return env['SUDO_USER'] || userInfo().username
}

async function homeFor(user: string, root: string, name: string, env: NodeJS.ProcessEnv): Promise<string> {
  const own = placesOf(root, name).home
  if (user === runnerUser) return own
  return (await findAccount(user, env))?.home ?? own
}

async function offeredPackage(
  enrolment: Enrolment,
  platform: RunnerPlatform,
  sha256: string | null,
): Promise<ChosenPackage> {
  return choosePackage(await enrolment.downloads(), platform, sha256)
}

/** What an interrupted run has unpacked is what goes on being set up; `relayq runner update` brings a newer one. */
function unpackedPackage(root: string, { name, version, repository }: InstalledRunner): ChosenPackage | null {
  if (version === null || !existsSync(join(placesOf(root, name).versions, version))) return null
  return { version, filename: '', url: repository.apiUrl, sha256: '', token: null }
}

function requireSameRepository({ name, repository }: InstalledRunner, { repositoryUrl }: Enrolment): void {
  if (repository.url === repositoryUrl) return
  throw new RelayError(
    'runner_name_taken',
    `The runner ${name} of this machine belongs to ${repository.url}.`,
    {
      hint: `Take another name with --name, or remove it first: relayq runner remove ${name}`,
    },
  )
}

/** The repository's workflows, RelayQ's own, and those people that are known now. Its owner may edit the list later. */
async function decideAllowed(
  actors: readonly string[],
  enrolment: Enrolment,
  { root }: RunningProgram,
): Promise<AllowList> {
  const trusted = await enrolment.trusted()
  const shipped = await readdir(join(root, '.github', 'workflows'))
  return {
    repository: `${enrolment.owner}/${enrolment.repo}`,
    workflows: [...new Set([...trusted.workflows, ...shipped])].sort(),
    actors: [...new Set([...trusted.actors, ...actors])],
  }
}

/** Before anything is done: whoever has the name keeps it, unless that is wished. */
async function requireFreeName(
  runner: InstalledRunner,
  root: string,
  enrolment: Enrolment,
  replaces: boolean,
): Promise<void> {
  const namesake = await enrolment.find(runner.name)
  if (namesake === null) return
  const places = placesOf(root, runner.name)
  const file = join(places.versions, runner.version ?? '', '.runner')
  const own = readRunnerFile(readIfThere(file))
  requireReplaceable({ runner, replaces }, namesake, own?.id ?? null)
}

async function warnOfOlder({ env, say }: Context): Promise<void> {
  const folders = [
    env['RELAYQ_SERVICE_FOLDER'] || '/etc/systemd/system',
    join(env['HOME'] ?? '/', 'Library', 'LaunchAgents'),
  ]
  for (const { service, mend } of await olderRunners(folders)) {
    say(`a runner installed by hand is here too (${service}); to take it away, ${mend}`)
  }
}
