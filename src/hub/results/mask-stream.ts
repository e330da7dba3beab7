import { Transform } from 'node:stream'
import { maskSecrets } from '../runner-service/mask.ts'

/**
 * A UTF-8 byte order mark, read as latin-1: the official runner begins every block of a log with one
 * (docs/protocol.md, "Step logs").
 */
const byteOrderMark = '\u00ef\u00bb\u00bf'

/**
 * Replaces secrets and drops byte order marks in a log of any length. Works on latin-1, which keeps every byte: a
 * character cut in two by a chunk's end stays whole. The tail in which a secret may still be beginning is held back.
 */
export function maskStream(values: readonly string[]): Transform {
  const secrets = values.map(value => Buffer.from(value).toString('latin1'))
  const held = Math.max(byteOrderMark.length, ...secrets.map(secret => secret.length)) - 1
  let tail = ''
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = clean(tail + chunk.toString('latin1'), secrets)
      const safe = Math.max(0, text.length - held)
      tail = text.slice(safe)
      done(null, Buffer.from(text.slice(0, safe), 'latin1'))
    },
    flush(done) {
      done(null, Buffer.from(tail, 'latin1'))
    },
  })
}

function clean(text: string, secrets: readonly string[]): string {
  return maskSecrets(text, secrets).replaceAll(byteOrderMark, '')
}
