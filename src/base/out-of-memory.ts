import { RelayError } from './errors.ts'
import type { ProgramOutcome } from './process.ts'

/** 128 + SIGKILL: how a shell tells of a program it started. */
const killedExitCode = 137

/**
 * Whether a program ended because memory ran out: killed though nobody here asked for it, which is the kernel's way, or
 * aborted by C++ itself.
 */
export function endedForMemory(outcome: ProgramOutcome): boolean {
  if (outcome.kind === 'exited') return outcome.code === killedExitCode
  if (outcome.kind !== 'signalled') return false
  return outcome.signal === 'SIGKILL' || /std::bad_alloc/.test(outcome.stderr)
}

export function outOfMemory(program: string, hint: string): RelayError {
  return new RelayError(
    'out_of_memory',
    `${program} was killed: the machine seems to have run out of memory.`,
    {
      hint,
    },
  )
}
