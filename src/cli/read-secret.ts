import { createInterface } from 'node:readline'
import { type Readable, Writable } from 'node:stream'
import { RelayError } from '../base/errors.ts'
import type { Streams } from './streams.ts'

/** No secret is longer; more is a file piped by mistake. Bytes. */
const mostBytes = 1024 * 1024

/**
 * A secret as its owner gives it: typed unseen on a terminal, else everything on stdin but one line end. Never an
 * argument, which every user of the machine could read. Throws `usage` where there is none, `cancelled` on Ctrl-C.
 */
export async function readSecret(streams: Streams, name: string): Promise<string> {
  const value = isTerminal(streams.in) ? await prompt(streams, name) : await readAll(streams.in)
  if (value !== '') return value
  throw new RelayError('usage', `There is no value for ${name}.`, {
    hint: `Type it when asked, or hand it to stdin: ... ${name} < FILE`,
  })
}

function isTerminal(input: Readable): boolean {
  return 'isTTY' in input && input.isTTY === true
}

/** readline takes the keys, and what it would echo goes nowhere. */
function prompt({ in: input, err }: Streams, name: string): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input, output: unseen, terminal: true, historySize: 0 })
  return new Promise((resolve, reject) => {
    // Closing tells `close` at once: what the end means is said first.
    const end = (finish: () => void) => {
      finish()
      err.write('\n')
      reader.close()
    }
    reader.once('line', line => end(() => resolve(line)))
    reader.once('SIGINT', () =>
      end(() => reject(new RelayError('cancelled', 'Nothing was set.', { hint: 'Run it again to set it.' }))),
    )
    reader.once('close', () => resolve(''))
    // Asked only now: what is typed from here on the terminal itself does not echo.
    err.write(`${name} (hidden): `)
  })
}

async function readAll(input: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk))
    bytes += Buffer.byteLength(chunk)
    if (bytes > mostBytes) {
      throw new RelayError('invalid_input', 'What stdin gives is larger than any secret.', {
        hint: 'Hand it the value alone.',
      })
    }
  }
  const text = Buffer.concat(chunks)
  return requireText(text).replace(/\r?\n$/, '')
}

function requireText(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (Buffer.from(text).equals(bytes) && !text.includes('\0')) return text
  throw new RelayError('invalid_input', 'What stdin gives is no text.', {
    hint: 'Encode it first: base64 < FILE',
  })
}
