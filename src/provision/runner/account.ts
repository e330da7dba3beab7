import { RelayError } from '../../base/errors.ts'
import type { Owner } from '../../base/replace-file.ts'
import { programOf } from './call-program.ts'

export interface Account extends Owner {
  readonly user: string
  /** null: the system knows none. */
  readonly home: string | null
}

/** The account that RelayQ makes for runners on Linux: no password, no shell, no group that may become root. */
export const runnerUser = 'relayq-runner'

/** null: there is no such account. */
export async function findAccount(
  user: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): Promise<Account | null> {
  const id = programOf('id', 'unsupported_machine', env)
  const [uid, gid] = await Promise.all([id.ask(['-u', user]), id.ask(['-g', user])])
  if (uid.code !== 0 || gid.code !== 0) return null
  return { user, uid: Number(uid.stdout), gid: Number(gid.stdout), home: await homeOf(user, env, platform) }
}

export async function makeRunnerAccount(env: NodeJS.ProcessEnv): Promise<void> {
  const useradd = programOf('useradd', 'unsupported_machine', env)
  await useradd.run([
    '--system',
    '--no-create-home',
    '--user-group',
    '--shell',
    '/usr/sbin/nologin',
    runnerUser,
  ])
}

/** Throws `unsupported_machine` for an account that is not there. */
export async function requireAccount(user: string, env: NodeJS.ProcessEnv): Promise<Account> {
  const account = await findAccount(user, env)
  if (account !== null) return account
  throw new RelayError('unsupported_machine', `There is no account ${user} on this machine.`, {
    hint: 'Name one with --user, or leave it out.',
  })
}

async function homeOf(
  user: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): Promise<string | null> {
  if (platform === 'darwin') {
    const { stdout } = await programOf('dscl', 'unsupported_machine', env).ask([
      '.',
      '-read',
      `/Users/${user}`,
      'NFSHomeDirectory',
    ])
    return /^NFSHomeDirectory:\s*(\/.*)$/m.exec(stdout)?.[1] ?? null
  }
  const { stdout } = await programOf('getent', 'unsupported_machine', env).ask(['passwd', user])
  return stdout.trim().split(':')[5] || null
}
