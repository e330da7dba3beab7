/** Status and headers of a CGI program's answer (RFC 3875 §6). */
export interface CgiHead {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** Bytes; git's own heads have a few hundred. */
const longestHead = 16 * 1024

/** Reads up to the empty line; `rest` gives what follows. Throws when there is no head. */
export async function readCgiHead(
  output: AsyncIterable<Buffer>,
): Promise<{ readonly head: CgiHead; readonly rest: AsyncIterable<Buffer> }> {
  const chunks = output[Symbol.asyncIterator]()
  let received = Buffer.alloc(0)
  for (;;) {
    const { done, value } = await chunks.next()
    if (done) throw new Error('it ended before its head did')
    received = Buffer.concat([received, value])
    const end = endOfHead(received)
    if (end !== null) {
      const head = parseHead(received.toString('latin1', 0, end.text))
      return { head, rest: following(received.subarray(end.body), chunks) }
    }
    if (received.length > longestHead) throw new Error('its head does not end')
  }
}

function endOfHead(received: Buffer): { readonly text: number; readonly body: number } | null {
  const match = /\r?\n\r?\n/.exec(received.toString('latin1'))
  return match ? { text: match.index, body: match.index + match[0].length } : null
}

function parseHead(text: string): CgiHead {
  const lines = text.split(/\r?\n/).map(line => /^([\w-]+): *(.*)$/.exec(line))
  const fields = lines.flatMap(match => (match ? [[match[1] ?? '', match[2] ?? ''] as const] : []))
  const status = fields.find(([name]) => name.toLowerCase() === 'status')?.[1] ?? '200'
  const headers = fields.filter(([name]) => name.toLowerCase() !== 'status')
  return { status: Number.parseInt(status, 10) || 500, headers: Object.fromEntries(headers) }
}

async function* following(first: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first
  try {
    for (;;) {
      const { done, value } = await chunks.next()
      if (done) return
      yield value
    }
  } finally {
    await chunks.return?.()
  }
}
