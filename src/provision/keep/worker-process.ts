import { readdirSync, readFileSync } from 'node:fs'
import { systemErrorCode } from '../../base/errors.ts'
import { runProgram } from '../../base/process.ts'

/**
 * The process that does a job of the runner in `folder`; null: it has none. actions/runner starts its worker as
 * `FOLDER/versions/X/bin/Runner.Worker spawnclient ...` (JobDispatcher.cs). On Linux from /proc, elsewhere from ps.
 */
export async function findWorker(folder: string, env: NodeJS.ProcessEnv): Promise<number | null> {
  const processes = process.platform === 'linux' ? readProc() : await readPs(env)
  const worker = processes.find(
    ({ command }) => command.startsWith(`${folder}/`) && /\/Runner\.Worker(\s|$)/.test(command),
  )
  return worker?.pid ?? null
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return systemErrorCode(thrown) === 'EPERM'
  }
}

interface ProcessCommand {
  readonly pid: number
  readonly command: string
}

function readProc(): readonly ProcessCommand[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(name => ({ pid: Number(name), command: commandLine(name).replaceAll('\0', ' ') }))
}

/** Empty of a process that has just ended. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    if (code === 'ENOENT' || code === 'ESRCH') return ''
    throw thrown
  }
}

async function readPs(env: NodeJS.ProcessEnv): Promise<readonly ProcessCommand[]> {
  const outcome = await runProgram('ps', ['-A', '-ww', '-o', 'pid=,args='], { env, timeoutMs: 10_000 })
  if (outcome.kind !== 'exited') return []
  return outcome.stdout.split('\n').flatMap(line => {
    const [, pid, command] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? []
    return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), command }]
  })
}
