import { runProgram } from '../../base/process.ts'
import type { Check } from '../doctor/check.ts'
import { type Finding, manualMend, ok, problem, unseen } from '../doctor/finding.ts'

const name = 'account'

/** An account that jobs run as, as the system tells of it. */
export interface AccountFacts {
  readonly user: string
  readonly groups: readonly string[]
  /** Whether sudo lets it run anything; null: only root may ask. */
  readonly mayUseSudo: boolean | null
}

/** Members of these have the whole machine, with or without a password. */
const powerfulGroups: Readonly<Record<string, string>> = {
  root: 'its members may read what is root’s',
  sudo: 'its members may become root',
  wheel: 'its members may become root',
  admin: 'its members may become root',
  docker: 'whoever may start a container may mount the whole disk into it, as root',
  lxd: 'whoever may start a container may mount the whole disk into it, as root',
  incus: 'whoever may start a container may mount the whole disk into it, as root',
  'incus-admin': 'whoever may start a container may mount the whole disk into it, as root',
  libvirt: 'whoever may start a virtual machine may give it the whole disk',
  disk: 'its members read and write the disk itself, past all permissions',
}

/** Whether jobs could take the machine by the rights of their account. */
export function accountCheck(user: string, env: NodeJS.ProcessEnv): Check {
  return { name, timeoutMs: 10_000, look: async () => judgeAccount(await readAccount(user, env)) }
}

/** Pure. */
export function judgeAccount({ user, groups, mayUseSudo }: AccountFacts): readonly Finding[] {
  if (user === 'root') {
    const why = 'every job has the whole machine, and what it does outlasts it'
    return [problem(name, 'jobs run as root', { why, mend: manualMend('relayq runner add PROFILE') })]
  }
  const found = groups.flatMap(group => {
    const why = powerfulGroups[group]
    if (why === undefined) return []
    const mend = manualMend(`sudo gpasswd --delete ${user} ${group}`)
    return [problem(name, `${user}, as whom jobs run, is in the group ${group}`, { why, mend })]
  })
  const sudoers = mayUseSudo
    ? [
        problem(name, `${user}, as whom jobs run, may use sudo`, {
          why: 'a job can become root by it',
          mend: manualMend(`sudo grep -rn ${user} /etc/sudoers /etc/sudoers.d`),
        }),
      ]
    : []
  const unknown =
    mayUseSudo === null
      ? [unseen(name, `only root sees what sudo lets ${user} do`, { mend: manualMend('sudo relayq audit') })]
      : []
  const findings = [...found, ...sudoers, ...unknown]
  return findings.length > 0 ? findings : [ok(name, `${user} has no rights beyond its own files`)]
}

async function readAccount(user: string, env: NodeJS.ProcessEnv): Promise<AccountFacts> {
  const groups = await ask('id', ['-nG', user], env)
  if (groups === null) throw new Error(`there is no user ${user}`)
  const listed = process.getuid?.() === 0 ? await ask('sudo', ['-n', '-l', '-U', user], env) : null
  return {
    user,
    groups: groups.split(/\s+/).filter(group => group !== ''),
    // Without sudo on the machine nobody can use it.
    mayUseSudo: process.getuid?.() === 0 ? listed !== null && /may run the following/.test(listed) : null,
  }
}

/** null: there is no such program, or it says no. */
async function ask(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | null> {
  const outcome = await runProgram(program, args, { env: { ...env, LC_ALL: 'C' }, timeoutMs: 5_000 })
  return outcome.kind === 'exited' && outcome.code === 0 ? outcome.stdout.trim() : null
}
