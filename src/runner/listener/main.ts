import { createInterface } from 'node:readline'
import { asError, RelayError } from '../../base/errors.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { restartFromCache } from '../../base/restart-from-cache.ts'
import { type ListenerEnd, type ListenerOptions, runListener } from './listener.ts'

/**
 * The listener as a process of its own. Options come as one JSON line on standard input, so that no secret stands in an
 * argument list or an environment. The first SIGTERM or SIGINT lets a running job finish, the second cancels it. With
 * `endsWithInput` among the options, the end of standard input does both: whoever kept listener and hub was killed.
 */

interface ProcessOptions extends Omit<ListenerOptions, 'log'> {
  readonly endsWithInput?: boolean
}

/** What a job's processes get to end by themselves once nobody keeps its listener; then the worker ends them. */
const unkeptGraceMs = 5000

/** Exit codes as actions/runner's: 0 ended as told, 1 cannot go on, 5 another session is open. */
const exitCodes: Readonly<Record<ListenerEnd, number>> = {
  stopped: 0,
  ephemeral_done: 0,
  removed: 1,
  session_conflict: 5,
}

async function main(): Promise<number> {
  restartFromCache()
  const stop = new AbortController()
  const cancelJob = new AbortController()
  const onSignal = () => (stop.signal.aborted ? cancelJob : stop).abort()
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  const { endsWithInput, ...options } = readOptions(await readFirstLine())
  if (endsWithInput) {
    whenInputEnds(() => {
      stop.abort()
      cancelJob.abort()
      // The hub is gone with the keeper: a job's end cannot be reported, and need not be tried for longer.
      setTimeout(() => process.exit(1), unkeptGraceMs).unref()
    })
  }
  return exitCodes[await runListener({ ...options, log }, stop.signal, cancelJob.signal)]
}

/** The rest of standard input says nothing; only its end may mean something. */
async function readFirstLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line
  return ''
}

function whenInputEnds(then: () => void): void {
  const { stdin } = process
  if (stdin.readableEnded) then()
  else stdin.once('end', then).resume()
}

function readOptions(line: string): ProcessOptions {
  const options = parseJson(line)
  const complete =
    isJsonObject(options) &&
    typeof options['jitConfig'] === 'string' &&
    typeof options['workDir'] === 'string' &&
    typeof options['relayqBin'] === 'string' &&
    isJsonObject(options['passEnv'])
  if (!complete) {
    throw new RelayError('invalid_config', 'The listener expects its options as one JSON line on stdin.')
  }
  return options as unknown as ProcessOptions
}

function log(line: string): void {
  process.stderr.write(`${line}\n`)
}

// Whoever started it may be gone, and its end of stderr with it.
process.stderr.on('error', () => {})
process.exitCode = await main().catch((thrown: unknown) => {
  log(asError(thrown).message)
  return 1
})
process.stdin.destroy()
