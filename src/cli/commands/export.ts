import { createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ExportedJob } from '../../queue/export.ts'
import { command } from '../command.ts'
import { parseText } from '../option-values.ts'
import { parseSince, type Since, sinceOf } from '../since.ts'
import { writeOut } from '../write-out.ts'

export interface ExportOptions {
  readonly since: Since | null
  /** null: stdout. */
  readonly output: string | null
}

/** The jobs of the ledger of this machine, oldest first: one JSON object a line, with attempts, events and the result. */
export const exportCommand = command<ExportOptions>({
  define: command => {
    command
      .option('--since <duration>', 'only jobs submitted in so long: 12h, 7d')
      .option('-o, --output <file>', 'write them there; - is stdout')
  },
  parse: (_, flags) => {
    const output = parseText('--output', flags['output'])
    return { since: parseSince('--since', flags['since']), output: output === '-' ? null : output }
  },
  run: async ({ since, output }, context) => {
    const history = await (await context.relayq()).history()
    const lines = jsonLines(history.export(sinceOf(since, Date.now()).since ?? ''))
    if (output === null) {
      for (const line of lines) if (!(await writeOut(line, context))) return 0
      return 0
    }
    const path = resolve(context.cwd, output)
    // Inputs and reasons are their owner's alone, as in the ledger.
    await pipeline(Readable.from(lines), createWriteStream(path, { mode: 0o600 }))
    context.say(`written to ${path}`)
    return 0
  },
})

function* jsonLines(jobs: Iterable<ExportedJob>): Generator<string> {
  for (const job of jobs) yield `${JSON.stringify(job)}\n`
}
