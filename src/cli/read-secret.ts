import type { Readable } from 'node:stream'
import { RelayError } from '../base/errors.ts'
import { ask, isTerminal } from './prompt.ts'
import type { Streams } from './streams.ts'

/** No secret is longer; more is a file piped by mistake. Bytes. */
const mostBytes = 1024 * 1024

/**
 * A secret as its owner gives it: typed unseen on a terminal, else everything on stdin but one line end. Never an
 * argument, which every user of the machine could read. Throws `usage` where there is none, `cancelled` on Ctrl-C.
 */
export async function readSecret(streams: Streams, name: string): Promise<string> {
  const value = isTerminal(streams.in)
    ? await ask(streams, `${name} (hidden): `, { isShown: false, stopped: 'Nothing was set.' })
    : await readAll(streams.in)
  if (value !== '') return value
  throw new RelayError('usage', `There is no value for ${name}.`, {
    hint: `Type it when asked, or hand it to stdin: ... ${name} < FILE`,
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
