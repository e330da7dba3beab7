import { readdirSync, readFileSync } from 'node:fs'
import { systemErrorCode } from '../../base/errors.ts'
import { runProgram } from '../../base/process.ts'

/**
 * The process that does a job of the runner in `folder`; null: it has none. actions/runner starts its worker as
 * `FOLDER/versions/X/bin/Runner.Worker spawnclient ...` (JobDispatcher.cs). On Linux from /proc, elsewhere from ps.
 */
export async function findWorker(folder: string, env: NodeJS.ProcessEnv): Promise<number | null> {
  const processes = process.platform === 'linux' ? readProc() : await readPs(env)
  // The first word is an interpreter where it is a script.
  const isWorker = (word: string) => word.startsWith(`${folder}/`) && word.endsWith('/bin/Runner.Worker')
  const worker = processes.find(({ words }) => words.slice(0, 2).some(isWorker))
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
  /** The program and its arguments. */
  readonly words: readonly string[]
}

function readProc(): readonly ProcessCommand[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(name => ({ pid: Number(name), words: commandLine(name).split('\0') }))
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
    return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), words: command.split(' ') }]
  })
}
