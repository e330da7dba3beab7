import { RelayError } from '../../base/errors.ts'
import { runJob } from '../../jobs/run-job.ts'
import { command } from '../command.ts'
import { loadNodeConfig } from '../node-config.ts'

export interface RunJobOptions {
  readonly kind: string
}

/** What a workflow's step runs on a machine. Its settings are that machine's own: its env file and its environment. */
export const runJobCommand = command<RunJobOptions>({
  define: command => {
    command.argument('<kind>', 'what to do, such as transcribe; inputs come as RELAYQ_INPUT_<NAME>')
  },
  parse: ([kind = '']) => ({ kind }),
  run: async ({ kind }, context) => {
    const config = await loadNodeConfig(context.env)
    const print = (line: string) => void context.streams.out.write(`${line}\n`)
    try {
      await runJob(kind, {
        env: context.env,
        config,
        signal: context.interrupted(),
        print,
        clock: Date.now,
      })
      return 0
    } catch (thrown) {
      // runJob has said it already, as the error command that becomes an annotation.
      if (thrown instanceof RelayError && context.env['RELAYQ_DEBUG'] !== '1') return thrown.exitCode
      throw thrown
    }
  },
})
