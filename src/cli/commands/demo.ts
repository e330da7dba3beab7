import { RelayError } from '../../base/errors.ts'
import { installTools } from '../../provision/install-tools.ts'
import { demoTools } from '../../provision/packages.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { type DemoReporter, runDemo } from '../demo/demo.ts'
import { describeOutcome, summarise } from '../demo/outcome.ts'
import { commandOf } from '../demo/plan.ts'

/** `relayq demo`: the whole system on this machine, with real speech. 0 only if every job succeeded. */
export const demo = command<Record<string, never>>({
  define: definition => {
    definition.description(
      'Install what is missing, start the embedded GitHub with three machines, transcribe real speech, stop everything.',
    )
  },
  parse: () => ({}),
  run: async (_, context) => {
    const say = (line: string) => void context.streams.err.write(`${line}\n`)
    await installTools(demoTools(process.platform), context.env, say)
    const log: string[] = []
    const interrupted = context.interrupted()
    const outcomes = await runDemo(context.env, reporter(context, log), interrupted)
    if (interrupted.aborted)
      throw new RelayError('cancelled', 'The demo was interrupted; everything is stopped.')
    const succeeded = outcomes.every(({ kind }) => kind === 'succeeded')
    if (!succeeded) say(['', 'What hub and runners said:', ...log].join('\n'))
    context.streams.out.write(`\n${summarise(outcomes)}\n`)
    return succeeded ? 0 : 1
  },
})

function reporter({ streams }: Context, log: string[]): DemoReporter {
  const print = (lines: readonly string[]) => void streams.out.write(`${lines.join('\n')}\n`)
  return {
    started: (hubPage, runners) =>
      print([
        `The embedded GitHub is up, with the machines ${runners.join(', ')}. Its page while the demo runs:`,
        hubPage,
      ]),
    macLeft: () => print(['', 'The Mac goes offline.']),
    macReturned: () => print(['', 'The Mac comes back.']),
    sent: (job, { id, said }) =>
      print(['', `→ ${commandOf(job)}`, `  ${id}`, ...said.map(line => `  ${line}`)]),
    finished: (job, outcome) => print(['', ...describeOutcome(job, outcome, Math.min(streams.width, 100))]),
    logged: line => void log.push(line),
  }
}
