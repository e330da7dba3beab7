import type { ProgramOutcome } from '../base/process.ts'
import type { Annotation } from '../model/run.ts'
import { workStep } from './present.ts'
import type { RunEnd } from './run-store.ts'

/** Why a run was ended from outside. `lost`: it is another worker's by now. */
export type Interruption = 'cancel' | 'timeout' | 'shutdown' | 'lost'

/** What went wrong around the work: which step, and how. */
export interface RunFault {
  readonly step: string
  readonly message: string
}

interface WorkedRun {
  /** null: it was not begun. */
  readonly program: ProgramOutcome | null
  /** What the job said of itself, by workflow commands. */
  readonly said: readonly Annotation[]
  readonly interruption: Interruption | null
  readonly runnerName: string
  readonly timeoutMinutes: number
  readonly fault: RunFault | null
}

/** How a run ended, in the words of GitHub's runner, by which model/classify knows what went wrong. */
export function concludeRun(worked: WorkedRun): RunEnd {
  const { program, said, interruption, runnerName, timeoutMinutes } = worked
  const failed = (failedStep: string, message: string): RunEnd => ({
    conclusion: 'failure',
    failedStep,
    annotations: [...said, { level: 'failure', title: null, message }],
  })
  switch (interruption) {
    case 'cancel':
      return { conclusion: 'cancelled', failedStep: null, annotations: said }
    case 'timeout':
      return failed(
        workStep,
        `The job running on runner ${runnerName} has exceeded the maximum execution time of ${timeoutMinutes} minutes.`,
      )
    case 'shutdown':
      return failed(workStep, 'The runner has received a shutdown signal.')
    default:
  }
  const fault = worked.fault ?? faultOf(program)
  if (fault !== null) return failed(fault.step, fault.message)
  return { conclusion: 'success', failedStep: null, annotations: said }
}

function faultOf(program: ProgramOutcome | null): RunFault | null {
  const message = wordsFor(program)
  return message === null ? null : { step: workStep, message }
}

/** null: it has done its work. */
function wordsFor(program: ProgramOutcome | null): string | null {
  switch (program?.kind) {
    case 'exited':
      return program.code === 0 ? null : `Process completed with exit code ${program.code}.`
    case 'signalled':
      return `The process was ended by ${program.signal}.`
    case 'not_found':
      return 'relayq could not be started on this machine.'
    default:
      return 'The process was ended.'
  }
}
