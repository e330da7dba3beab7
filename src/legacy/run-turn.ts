import { asError, RelayError } from '../base/errors.ts'
import type { ProgramOutcome } from '../base/process.ts'
import { concludeRun, type RunFault } from './conclude.ts'
import { isRefusal } from './connection.ts'
import type { JobApi } from './job-api.ts'
import { runFolder } from './leftovers.ts'
import { keepStep, workStep } from './present.ts'
import type { ResultArchive } from './result-archive.ts'
import type { RunLease } from './run-lease.ts'
import { RunLog } from './run-log.ts'
import { type Program, runInProcess } from './run-process.ts'
import type { RunStore, StoredRun } from './run-store.ts'
import { findLegacyWorkflow, timeoutMinutesOf, workOf } from './workflows.ts'

/** What a worker's machine gives to its runs. */
export interface Machine {
  readonly name: string
  readonly program: Program
  readonly passEnv: Readonly<Record<string, string>>
  readonly env: NodeJS.ProcessEnv
  /** Of this worker alone. */
  readonly workFolder: string
  readonly say: (line: string) => void
}

interface RunTurn {
  readonly run: StoredRun
  readonly holder: string
  readonly lease: RunLease
  readonly store: RunStore
  readonly api: JobApi
  readonly machine: Machine
  /** Repeats what may be said twice, while Redis may come back. */
  readonly insist: <T>(say: () => Promise<T>) => Promise<T>
  /** The work is over, and only its end is left to be told. */
  readonly onWorked: () => void
}

/** Node's longest timer. */
const longestTimerMs = 2 ** 31 - 1

/** Does a run that was taken, and tells Redis how it ended, unless it is another worker's by then. */
export async function takeTurn(turn: RunTurn): Promise<void> {
  const { run, holder, lease, store, machine, insist } = turn
  const log = new RunLog(text => store.appendLog(run.id, holder, text), machine.say)
  if (run.takes > 1) {
    log.line(`${machine.name} begins this run anew: the worker before it was lost (${run.takes - 1})`)
  }
  const timeoutMinutes = timeoutMinutesOf(run.inputs)
  const limitMs = Math.min(timeoutMinutes * 60_000, longestTimerMs)
  const limit = setTimeout(() => lease.interrupt('timeout'), limitMs)
  const work = await perform(turn, log)
  clearTimeout(limit)
  turn.onWorked()
  const { interruption } = lease
  if (interruption === 'lost') return
  const fault = work.fault ?? (await keepResult(turn, work.result))
  const { program } = work
  const end = concludeRun({
    ...{ program, fault, interruption, timeoutMinutes, said: log.annotations, runnerName: machine.name },
  })
  for (const { message } of end.annotations.slice(log.annotations.length)) log.line(`##[error]${message}`)
  await log.flush()
  await insist(() => store.finish(run.id, holder, end))
}

interface Work {
  /** null: it could not be begun, as `fault` says. */
  readonly program: ProgramOutcome | null
  readonly result: ResultArchive
  readonly fault: RunFault | null
}

/** A machine that cannot do the work, its disk full perhaps, is a failure of the run and no reason for the worker to end. */
async function perform(turn: RunTurn, log: RunLog): Promise<Work> {
  const { run, holder, lease, api, machine } = turn
  const { name: runnerName, program, passEnv, env, workFolder } = machine
  try {
    const workflow = findLegacyWorkflow(run.workflow)
    if (!workflow) throw new RelayError('internal', `There is no workflow ${run.workflow}.`)
    const done = await runInProcess({
      ...{ run, workflow, program, holder, env },
      kind: workOf(workflow, run.inputs).kind,
      folder: runFolder(workFolder, run.id, holder),
      place: { runnerName, apiUrl: api.url, token: api.admit(run.job), passEnv },
      onLine: log.fromProgram,
      signal: lease.signal,
    })
    return { ...done, fault: null }
  } catch (thrown) {
    const fault = { step: workStep, message: asError(thrown).message }
    return { program: null, result: { kind: 'none' }, fault }
  }
}

/** Why the result could not be kept; null: it was, or there is none. */
async function keepResult(
  { holder, store, insist }: RunTurn,
  result: ResultArchive,
): Promise<RunFault | null> {
  if (result.kind === 'none') return null
  if (result.kind === 'too_large') return { step: keepStep, message: result.message }
  try {
    await insist(() => store.putResult(holder, result.zip))
    return null
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown
    return { step: keepStep, message: `Redis does not take the result: ${asError(thrown).message}` }
  }
}
