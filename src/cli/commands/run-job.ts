import { setFlagsFromString } from 'node:v8'
import { Option } from 'commander'
import { RelayError } from '../../base/errors.ts'
import { runJob } from '../../jobs/run-job.ts'
import { command } from '../command.ts'
import { endOfInput } from '../end-of-input.ts'
import { loadNodeConfig } from '../node-config.ts'

export interface RunJobOptions {
  readonly kind: string
  /** For a worker that holds standard input open: its end, a kill too, ends the job. */
  readonly endsWithInput: boolean
}

/** What a workflow's step runs on a machine. Its settings are that machine's own: its env file and its environment. */
export const runJobCommand = command<RunJobOptions>({
  define: command => {
    command
      .argument('<kind>', 'what to do, such as transcribe; inputs come as RELAYQ_INPUT_<NAME>')
      .addOption(new Option('--ends-with-input', 'end when standard input does').hideHelp())
  },
  parse: ([kind = ''], flags) => ({ kind, endsWithInput: flags['endsWithInput'] === true }),
  run: async ({ kind, endsWithInput }, context) => {
    keepMemorySmall()
    const config = await loadNodeConfig(context.env)
    const signals = [context.interrupted(), ...(endsWithInput ? [sometimeAfter(endOfInput(context))] : [])]
    const print = (line: string) => void context.streams.out.write(`${line}\n`)
    try {
      await runJob(kind, {
        env: context.env,
        config,
        signal: AbortSignal.any(signals),
        print,
        clock: Date.now,
      })
      return 0
    } catch (thrown) {
      // runJob has said it already, as the error command that becomes an annotation.
      if (thrown instanceof RelayError && context.env['RELAYQ_DEBUG'] !== '1') return thrown.exitCode
      throw thrown
    } finally {
      if (endsWithInput) context.streams.in.destroy()
    }
  },
})

/** A job that is about to publish its result still may: the worker hands that in when it comes back. In ms. */
const partingMs = 1_000

function sometimeAfter(signal: AbortSignal): AbortSignal {
  const later = new AbortController()
  const begin = () => setTimeout(() => later.abort(), partingMs).unref()
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  return later.signal
}

/**
 * On a machine of 1 GB the memory belongs to the engine. V8 lets the space of new objects grow to 16 MB three times over
 * and collects seldom; kept at its first size, a recording of six hours takes 165 MB instead of 230, in the same time.
 * `optimize-for-size` lets the whole heap grow in smaller steps, and the buffers of a download be collected sooner.
 */
function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--optimize-for-size')
}
