import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { RelayError } from '../base/errors.ts'
import { type InstallSituation, missingTools, planInstall, type Tool } from './packages.ts'

/**
 * Installs the programs that are missing, or says which command would. Output of the package manager goes to `stderr`.
 * Throws RelayError `tool_missing` where RelayQ may not install or the installation failed.
 */
export async function installTools(
  tools: readonly Tool[],
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<void> {
  const path = env['PATH'] ?? ''
  const missing = await missingTools(tools, path)
  const plan = planInstall(missing, await lookAround(path, env))
  if (plan.kind === 'nothing') return
  if (plan.kind === 'ask') {
    throw new RelayError('tool_missing', `Missing: ${plan.packages.join(', ')} (${plan.why}).`, {
      hint: `Run: ${plan.command}`,
    })
  }
  say(`installing ${plan.packages.join(', ')}`)
  // The lists at hand mostly do; those of a fresh or old machine have to be fetched first.
  const isDone = plan.refresh !== null && (await exitCode(plan.install, env, 'inherit')) === 0
  if (!isDone) {
    if (plan.refresh) await refreshLists(plan.refresh, env, say)
    await runVisibly(plan.install, env)
  }
  const stillMissing = await missingTools(tools, path)
  if (stillMissing.length > 0) {
    const names = stillMissing.map(tool => tool.program).join(', ')
    throw new RelayError(
      'tool_missing',
      `The packages were installed, but these programs were not found: ${names}.`,
    )
  }
}

async function lookAround(path: string, env: NodeJS.ProcessEnv): Promise<InstallSituation> {
  const has = async (program: string) =>
    (await missingTools([{ program, apt: [], brew: null }], path)).length === 0
  const isRoot = process.getuid?.() === 0
  return {
    platform: process.platform,
    isRoot,
    hasSudo: !isRoot && (await has('sudo')) && (await exitCode(['sudo', '-n', 'true'], env, 'ignore')) === 0,
    hasApt: await has('apt-get'),
    hasBrew: await has('brew'),
    isForbidden: env['RELAYQ_NO_INSTALL'] === '1',
  }
}

const refreshTries = 20
const refreshPauseMs = 3_000

/** apt waits for the lock of installations, but not for that of its lists, which a fresh machine's own timer often holds. */
async function refreshLists(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<void> {
  for (let attempt = 1; attempt <= refreshTries; attempt += 1) {
    if ((await exitCode(command, env, 'inherit')) === 0) return
    if (attempt < refreshTries) await sleep(refreshPauseMs)
  }
  say('the package lists could not be refreshed; those at hand are used')
}

async function runVisibly(command: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const code = await exitCode(command, env, 'inherit')
  if (code === 0) return
  throw new RelayError('tool_missing', `\`${command.join(' ')}\` ended with code ${code}.`, {
    hint: 'Its output stands above. Run it by hand, then try again.',
  })
}

/** stdout of a package manager is for people, so it joins stderr. */
function exitCode(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  output: 'inherit' | 'ignore',
): Promise<number> {
  const [file = '', ...args] = command
  const sink = output === 'inherit' ? 2 : 'ignore'
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['ignore', sink, sink] })
    child.once('error', reject)
    child.once('exit', code => resolve(code ?? 1))
  })
}
