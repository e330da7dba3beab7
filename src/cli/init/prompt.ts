import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { RelayError } from '../../base/errors.ts'
import type { Streams } from '../streams.ts'

/** Asks a person. Ctrl-C and the end of input throw `cancelled`. */
export interface Prompt {
  readonly line: (question: string) => Promise<string>
  /** What is typed is not shown. */
  readonly secret: (question: string) => Promise<string>
}

/** null where nobody is there to answer: both ends must be a terminal. */
export function openPrompt(streams: Streams): Prompt | null {
  const isTerminal = 'isTTY' in streams.in && streams.in.isTTY === true
  if (!isTerminal || !streams.errIsTTY) return null
  return {
    line: question => ask(streams, question, true),
    secret: question => ask(streams, question, false),
  }
}

async function ask(streams: Streams, question: string, isShown: boolean): Promise<string> {
  const muted = new Writable({ write: (_chunk, _encoding, done) => done() })
  // The terminal's own echo ends with this, so that nothing that is typed at once is seen: the question comes after.
  const reader = createInterface({ input: streams.in, output: isShown ? streams.err : muted, terminal: true })
  streams.err.write(question)
  try {
    return await new Promise<string>((resolve, reject) => {
      reader.once('line', resolve)
      // Also after Ctrl-C and Ctrl-D.
      reader.once('close', () =>
        reject(new RelayError('cancelled', 'Stopped; nothing was changed since the last ✓.')),
      )
      reader.once('SIGINT', () => reader.close())
    })
  } finally {
    reader.close()
    if (!isShown) streams.err.write('\n')
  }
}
