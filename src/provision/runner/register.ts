import { existsSync } from 'node:fs'
import { chmod, chown, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RelayError } from '../../base/errors.ts'
import { oneLine } from '../../base/one-line.ts'
import { runProgram } from '../../base/process.ts'
import { readIfThere } from '../../base/read-if-there.ts'
import type { Account } from './account.ts'
import type { Enrolment, RegisteredRunner } from './enrolment.ts'
import type { InstalledRunner } from './inventory.ts'
import { readJitFiles, readRunnerFile, registrationFiles } from './jit-files.ts'
import type { RunnerPlatform } from './platform.ts'
import { proxiesOf } from './service-spec.ts'

export interface Registering {
  readonly runner: InstalledRunner
  /** Of the unpacked package. */
  readonly folder: string
  readonly workFolder: string
  readonly account: Account
  readonly platform: RunnerPlatform
  readonly enrolment: Enrolment
  readonly env: NodeJS.ProcessEnv
  /** A runner of this name that another machine has registered gives way. */
  readonly replaces: boolean
}

/** Longer than its own three tries of 100 s. */
const configTimeoutMs = 360_000

/** Whether the package in `folder` is what the broker knows under this name. */
export async function isRegistered({ runner, folder, enrolment }: Registering): Promise<boolean> {
  const own = await ownRegistration(folder)
  if (own === null || own.name !== runner.name || !existsSync(join(folder, '.credentials'))) return false
  return (await enrolment.find(runner.name))?.id === own.id
}

/**
 * Registers the package in `folder`, anew where it was before. Throws `runner_name_taken`, or `not_authorized` for a
 * token that may not or has expired.
 */
export async function register(registering: Registering): Promise<void> {
  const { runner, folder, enrolment } = registering
  const namesake = await enrolment.find(runner.name)
  const own = await ownRegistration(folder)
  if (namesake !== null) requireReplaceable(registering, namesake, own?.id ?? null)
  for (const name of registrationFiles) await rm(join(folder, name), { force: true })
  if (runner.registration === 'jit') {
    if (namesake !== null) await enrolment.remove(namesake.id)
    await writeJitFiles(registering)
  } else {
    await callConfig(registering, namesake !== null)
    for (const name of registrationFiles) await chmodIfThere(join(folder, name), 0o600)
  }
  if ((await ownRegistration(folder)) !== null) return
  throw new RelayError('protocol_mismatch', 'config.sh ended well, but left no .runner behind.')
}

export function requireReplaceable(
  { runner, replaces }: Pick<Registering, 'runner' | 'replaces'>,
  namesake: RegisteredRunner,
  ownId: number | null,
): void {
  // One that an interrupted run has registered never ran.
  const isUnfinished = runner.begun === 'register' && namesake.status === 'offline'
  const isOurs = ownId === namesake.id || isUnfinished
  if (isOurs || replaces) return
  throw new RelayError(
    'runner_name_taken',
    `There is a runner ${namesake.name} already, with the labels ${namesake.labels.join(', ')}; it is ${namesake.status}.`,
    {
      hint: 'Give this machine another name: --name NAME. If it is this machine’s own old one, take its place: --replace',
    },
  )
}

async function ownRegistration(folder: string): Promise<ReturnType<typeof readRunnerFile>> {
  return readRunnerFile(readIfThere(join(folder, '.runner')))
}

/** `.runner` last: with it the registration counts as made. */
async function writeJitFiles({
  runner,
  folder,
  workFolder,
  account,
  platform,
  enrolment,
}: Registering): Promise<void> {
  const system = platform.os === 'osx' ? 'macOS' : 'Linux'
  const labels = ['self-hosted', system, platform.architecture.toUpperCase(), ...runner.labels]
  const files = readJitFiles(await enrolment.jitConfig({ name: runner.name, labels, workFolder }))
  for (const name of [...registrationFiles].reverse()) {
    const content = files.get(name)
    if (content === undefined) continue
    const path = join(folder, name)
    await writeFile(path, content, { mode: 0o600, flush: true })
    await chmod(path, 0o600)
    await chown(path, account.uid, account.gid)
  }
}

/**
 * The package's own `config.sh`, as the runner's account. The token goes by the environment (ACTIONS_RUNNER_INPUT_TOKEN,
 * src/Runner.Listener/CommandSettings.cs), from which the program removes it at once: arguments can be read by everyone.
 */
async function callConfig(registering: Registering, replace: boolean): Promise<void> {
  const { runner, folder, workFolder, account, enrolment, env } = registering
  const token = await enrolment.registrationToken()
  const args = [
    '--unattended',
    ...['--url', enrolment.repositoryUrl, '--name', runner.name],
    ...(runner.labels.length === 0 ? [] : ['--labels', runner.labels.join(',')]),
    ...['--work', workFolder, '--disableupdate'],
    ...(replace ? ['--replace'] : []),
    ...(runner.ephemeral ? ['--ephemeral'] : []),
  ]
  const outcome = await runProgram(join(folder, 'config.sh'), args, {
    cwd: folder,
    env: {
      PATH: env['PATH'],
      HOME: runner.home,
      LANG: 'C.UTF-8',
      ...proxiesOf(env),
      ACTIONS_RUNNER_INPUT_TOKEN: token,
    },
    timeoutMs: configTimeoutMs,
    ...accountOf(account),
  })
  if (outcome.kind === 'exited' && outcome.code === 0) return
  const output = outcome.kind === 'not_found' ? '' : `${outcome.stdout}\n${outcome.stderr}`
  throw configFailure(runner.name, folder, output.replaceAll(token, '***'))
}

/** Nothing to change where we are that account. */
function accountOf({ uid, gid }: Account): {
  readonly account?: { readonly uid: number; readonly gid: number }
} {
  return process.getuid?.() === 0 && uid !== 0 ? { account: { uid, gid } } : {}
}

/** config.sh leaves some of them readable for all. */
async function chmodIfThere(path: string, mode: number): Promise<void> {
  if (existsSync(path)) await chmod(path, mode)
}

/** By the words of ConfigurationManager.cs. */
function configFailure(name: string, folder: string, output: string): RelayError {
  const last = oneLine(output.trim().split('\n').slice(-4).join(' ')).slice(-400)
  if (/runner exists with the same name/i.test(output)) {
    return new RelayError('runner_name_taken', `There is a runner ${name} already.`, {
      hint: 'Give this machine another name with --name, or take the other’s place with --replace.',
    })
  }
  if (
    /unauthorized|forbidden|access denied|status code: (?:NotFound|401|403|404)|invalid.*token/i.test(output)
  ) {
    return new RelayError('not_authorized', `The broker does not let this machine register: ${last}`, {
      hint: 'A registration token lives for an hour: run the command again. If it is refused again, the token lacks Administration: write.',
    })
  }
  if (/installdependencies/i.test(output)) {
    return new RelayError('tool_missing', 'GitHub’s runner lacks libraries of this system.', {
      hint: `Run: sudo ${join(folder, 'bin', 'installdependencies.sh')} - then this command again.`,
    })
  }
  return new RelayError('broker_rejected', `config.sh did not register the runner: ${last}`, {
    hint: 'Its log is in _diag of the unpacked package.',
  })
}

/** Takes the registration along to the folder of another version: it is of the machine, not of the package. */
export async function copyRegistration(from: string, to: string, account: Account): Promise<void> {
  for (const name of [...registrationFiles].reverse()) {
    const path = join(from, name)
    if (!existsSync(path)) continue
    const target = join(to, name)
    await writeFile(target, await readFile(path), { mode: 0o600 })
    await chmod(target, 0o600)
    await chown(target, account.uid, account.gid)
  }
}
