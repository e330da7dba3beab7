import { createInterface } from 'node:readline'
import { type Readable, Writable } from 'node:stream'
import { RelayError } from '../base/errors.ts'
import type { Streams } from './streams.ts'

/** Asks a person. Ctrl-C and the end of input throw `cancelled`. */
export interface Prompt {
  readonly line: (question: string) => Promise<string>
  /** What is typed is not shown. */
  readonly secret: (question: string) => Promise<string>
}

/** null where nobody is there to answer: both ends must be a terminal. `stopped` says what Ctrl-C leaves. */
export function openPrompt(streams: Streams, stopped: string): Prompt | null {
  if (!isTerminal(streams.in) || !streams.errIsTTY) return null
  return {
    line: question => ask(streams, question, { isShown: true, stopped }),
    secret: question => ask(streams, question, { isShown: false, stopped }),
  }
}

export function isTerminal(input: Readable): boolean {
  return 'isTTY' in input && input.isTTY === true
}

/** readline takes the keys; what it would echo of a secret goes nowhere. */
export async function ask(
  { in: input, err }: Pick<Streams, 'in' | 'err'>,
  question: string,
  { isShown, stopped }: { readonly isShown: boolean; readonly stopped: string },
): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  // The terminal's own echo ends with this, so that nothing that is typed at once is seen: the question comes after.
  const reader = createInterface({ input, output: isShown ? err : unseen, terminal: true, historySize: 0 })
  try {
    return await new Promise<string>((resolve, reject) => {
      reader.once('line', line => resolve(corrected(line)))
      // Also after Ctrl-C and Ctrl-D.
      reader.once('close', () => reject(new RelayError('cancelled', stopped, { hint: 'Run it again.' })))
      reader.once('SIGINT', () => reader.close())
      err.write(question)
    })
  } finally {
    reader.close()
    if (!isShown) err.write('\n')
  }
}

/** On a terminal that calls itself dumb, readline hands on the keys that take back (backspace, delete) like any other. */
function corrected(line: string): string {
  let text = ''
  for (const key of line) text = key === '\b' || key === '\u007f' ? text.slice(0, -1) : text + key
  return text
}
