import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { CommandParts } from '../../src/cli/command.ts'
import { createContext } from '../../src/cli/context.ts'
import type { Desk } from './relayq-process.ts'

interface Shown {
  readonly stdout: string
  readonly stderr: string
  /** null: it came to its end. */
  readonly error: unknown
}

/** Runs a command as if a person had typed it in a terminal of the desk; `relayq` of a desk is read by a program. */
export async function atTerminal<Options>(
  { checkout: cwd, env }: Desk,
  { run }: CommandParts<Options>,
  options: Options,
  more: NodeJS.ProcessEnv = {},
): Promise<Shown> {
  const [out, err] = [new PassThrough(), new PassThrough()]
  const streams = { in: process.stdin, out, err, isTTY: true, errIsTTY: true, width: 80 }
  const closed = new AbortController().signal
  await using context = createContext({
    ...{ args: [], streams, cwd, closed, flags: {} },
    env: { ...env, ...more },
  })
  const error = await run(options, context).then(
    () => null,
    thrown => thrown,
  )
  out.end()
  err.end()
  return { stdout: await text(out), stderr: await text(err), error }
}
