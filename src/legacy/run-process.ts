import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type ProgramOutcome, runProgram } from '../base/process.ts'
import { killMarked } from '../base/process-tree.ts'
import type { ShippedWorkflow } from '../model/shipped-workflows.ts'
import { trackingVariable } from '../protocol/worker-ipc.ts'
import { resultFolder } from './leftovers.ts'
import { archiveResult, type ResultArchive } from './result-archive.ts'
import { type RunPlace, runEnvironment } from './run-environment.ts'
import type { StoredRun } from './run-store.ts'

/** What starts `relayq`: its words come after `args`. */
export interface Program {
  readonly file: string
  readonly args: readonly string[]
}

interface RunProcessOptions {
  readonly run: StoredRun
  readonly workflow: ShippedWorkflow
  readonly kind: string
  readonly program: Program
  /** Of this run alone; removed afterwards. */
  readonly folder: string
  /** Marks every process of the run. */
  readonly holder: string
  readonly place: Omit<RunPlace, 'home' | 'temp'>
  readonly env: NodeJS.ProcessEnv
  readonly onLine: (line: string) => void
  readonly signal: AbortSignal
}

/** As long as actions/runner lets a step wind up. */
const graceMs = 7_500
const leftoverGraceMs = 500

/**
 * Does a run's work: `relayq run-job KIND` as a child process, inputs by environment, as a workflow's step does it. The
 * child holds on to this process: where that is killed, the child ends the work by itself. Whatever it leaves running is
 * ended with it.
 */
export async function runInProcess(
  options: RunProcessOptions,
): Promise<{ readonly program: ProgramOutcome; readonly result: ResultArchive }> {
  const { run, workflow, kind, program, folder, holder, env, onLine, signal } = options
  const place = { ...options.place, home: join(folder, 'home'), temp: join(folder, 'temp') }
  try {
    await mkdir(place.home, { recursive: true, mode: 0o700 })
    await mkdir(place.temp, { recursive: true, mode: 0o700 })
    const outcome = await runProgram(program.file, [...program.args, 'run-job', kind, '--ends-with-input'], {
      cwd: place.temp,
      env: { ...runEnvironment(run, workflow, place, env), [trackingVariable]: holder },
      ...{ holdsInput: true, graceMs, signal, onStdoutLine: onLine, onStderrLine: onLine },
    })
    return { program: outcome, result: await archiveResult(resultFolder(folder)) }
  } finally {
    await killMarked({ name: trackingVariable, value: holder }, { graceMs: leftoverGraceMs })
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}
