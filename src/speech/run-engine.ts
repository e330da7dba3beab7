import { RelayError } from '../base/errors.ts'
import { endedForMemory, outOfMemory } from '../base/out-of-memory.ts'
import { type RunProgramOptions, runProgram } from '../base/process.ts'
import type { Unavailable } from './backend.ts'

export interface EngineRun {
  readonly code: number
  readonly stdout: string
  readonly stdoutCut: boolean
  readonly stderr: string
}

/**
 * Runs an engine to its exit. A crash is `engine_failed`, one for want of memory `out_of_memory`, an abort the signal's
 * reason. Other exit codes are the caller's to judge.
 */
export async function runEngine(
  name: string,
  file: string,
  args: readonly string[],
  options: RunProgramOptions & { readonly signal: AbortSignal },
): Promise<EngineRun> {
  const outcome = await runProgram(file, args, options)
  if (endedForMemory(outcome)) throw outOfMemory(name, 'Use a smaller model, or a machine with more memory.')
  switch (outcome.kind) {
    case 'exited':
      return outcome
    case 'signalled':
      throw new RelayError('engine_failed', `${name} crashed (${outcome.signal}).`, {
        hint: crashHint(outcome.signal),
      })
    case 'timed_out':
      throw new RelayError('timeout', `${name} took too long.`)
    case 'not_found':
      throw new RelayError('engine_missing', `${name} is gone from ${file}.`, { hint: 'Install it again.' })
    case 'aborted':
      options.signal.throwIfAborted()
      throw new RelayError('cancelled', 'The job was cancelled.')
  }
}

function crashHint(signal: NodeJS.Signals): string {
  if (signal === 'SIGABRT') return 'The model file may be damaged: download it again.'
  return 'Try again; if it crashes each time, install it anew.'
}

/** What was there at the check and is not any more, or what only the length of the recording shows. */
export function refused({ code, reason, hint }: Unavailable): RelayError {
  return new RelayError(code, `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`, { hint })
}
