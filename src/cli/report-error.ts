import { asError, RelayError } from '../base/errors.ts'
import { explainSystemError } from '../base/system-error.ts'
import { printable, type Streams } from './streams.ts'

/** Says what went wrong and what to do next, and gives the exit code. A stack only for RELAYQ_DEBUG=1, or a bug of ours. */
export function reportError(thrown: unknown, streams: Streams, env: NodeJS.ProcessEnv): number {
  const error = asError(thrown)
  const known = error instanceof RelayError ? error : explainSystemError(error)
  streams.err.write(`relayq: ${printable((known ?? error).message)}\n`)
  if (known?.hint) streams.err.write(`  ${printable(known.hint)}\n`)
  if (!known) streams.err.write('  This is a fault in RelayQ. RELAYQ_DEBUG=1 shows where.\n')
  if (env['RELAYQ_DEBUG'] === '1') streams.err.write(`${stackOf(error)}\n`)
  return known?.exitCode ?? 1
}

function stackOf(error: Error): string {
  const own = error.stack ?? error.message
  return error.cause === undefined ? own : `${own}\nCaused by: ${stackOf(asError(error.cause))}`
}
