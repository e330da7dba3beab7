import { randomUUID } from 'node:crypto'
import { type ProgramOutcome, runProgram } from '../base/process.ts'
import { killMarked } from '../base/process-tree.ts'
import type { JobContext } from './context.ts'
import type { Script } from './find-script.ts'
import type { JobWork } from './kind-runner.ts'

/** What a script's run takes of its job. */
export interface ScriptHost extends Pick<JobWork, 'progress'> {
  readonly context: Pick<JobContext, 'env' | 'print' | 'signal'>
}

/** A runner that cancels a job gives the step ten seconds in all (actions/runner): the result still has to be written then. */
const graceMs = 4_000
/** For what has left the script's process group. */
const leftoverGraceMs = 500
/** Inherited by whatever the script starts. */
const markerName = 'RELAYQ_SCRIPT_ID'

/**
 * Runs a script as a program, without a shell, each of its lines in the log as it comes. Whatever it leaves running, or
 * does not end when the job is cancelled, is ended with it.
 */
export async function runScript(
  work: ScriptHost,
  script: Script,
  { args, env }: { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv },
): Promise<ProgramOutcome> {
  const { print, signal } = work.context
  const marker = { name: markerName, value: randomUUID() }
  const onLine = (line: string) => {
    const percent = readProgress(line)
    if (percent === null) print(line)
    else work.progress({ percent, doneSeconds: null, totalSeconds: null })
  }
  const resume = stopCommands(work)
  try {
    return await runProgram(script.path, args, {
      cwd: script.workspace,
      env: { ...env, [marker.name]: marker.value },
      ...{ signal, graceMs, onStdoutLine: onLine, onStderrLine: onLine },
    })
  } finally {
    await killMarked(marker, { graceMs: leftoverGraceMs })
    resume()
  }
}

/**
 * Until the function it returns is called, the runner takes no line for a workflow command: a script prints what others
 * wrote. (GitHub: "Stopping and starting workflow commands".)
 */
function stopCommands({ context: { env, print } }: ScriptHost): () => void {
  if (env['GITHUB_ACTIONS'] !== 'true') return () => {}
  const token = randomUUID()
  print(`::stop-commands::${token}`)
  return () => print(`::${token}::`)
}

/** `progress: 40`, in percent; a decimal part and a percent sign may follow. null: a line like any other. */
function readProgress(line: string): number | null {
  const percent = Number(/^progress: (\d{1,3}(?:\.\d{1,6})?) ?%?$/.exec(line)?.[1] ?? Number.NaN)
  return percent <= 100 ? percent : null
}
