import { RelayError } from '../base/errors.ts'
import { oneLine } from '../base/one-line.ts'
import { endedForMemory, outOfMemory } from '../base/out-of-memory.ts'
import type { ProgramOutcome } from '../base/process.ts'

/** sysexits.h: EX_TEMPFAIL, by which a program says that its failure passes. */
const temporaryExitCode = 75

/** What the end of a script means for its job; null: it has succeeded. `place` is its name for people. Pure. */
export function faultOfScript(
  place: string,
  outcome: ProgramOutcome,
  mask: (text: string) => string,
): RelayError | null {
  if (outcome.kind === 'exited' && outcome.code === 0) return null
  if (endedForMemory(outcome)) return outOfMemory(place, 'A machine with more memory may do it: --pin.')
  switch (outcome.kind) {
    case 'not_found':
      return new RelayError('tool_missing', `${place} names a program in its first line that is not here.`, {
        hint: 'Install it on this machine, or send the job with --pin to one that has it.',
      })
    case 'aborted':
    case 'timed_out':
      return new RelayError('cancelled', 'The job was cancelled.')
    case 'signalled':
      return failed(`${place} was ended by ${outcome.signal}`, outcome.stderr, mask)
    case 'exited':
      if (outcome.code !== temporaryExitCode)
        return failed(`${place} ended with exit code ${outcome.code}`, outcome.stderr, mask)
      return new RelayError(
        'script_put_off',
        `${place} says that its failure passes${said(outcome.stderr, mask)}.`,
        {
          hint: 'It is tried again, as the policy says.',
        },
      )
  }
}

function failed(what: string, stderr: string, mask: (text: string) => string): RelayError {
  return new RelayError('script_failed', `${what}${said(stderr, mask)}.`, {
    hint: 'relayq logs JOB shows all that it said.',
  })
}

const mostLines = 5
const mostCharacters = 600

/** The last lines of what it complained of, after a colon; '' for a silent script. */
function said(stderr: string, mask: (text: string) => string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map(oneLine)
    .filter(line => line !== '')
  const last = mask(lines.slice(-mostLines).join(' | '))
  if (last === '') return ''
  return `: ${last.length > mostCharacters ? `...${last.slice(-mostCharacters).toWellFormed()}` : last}`
}
