import { stripVTControlCharacters } from 'node:util'

/** A page shows this much of a log's end; the whole is one link away. */
const maxBytes = 256 * 1024

/** The end of a log as text for people: without colours, byte order marks and the timestamps each line carries. */
export async function readLogTail(log: ReadableStream<Uint8Array> | null): Promise<string> {
  const bytes = log ? await readTail(log) : Buffer.alloc(0)
  const tail = bytes.subarray(-maxBytes).toString('utf8')
  const text = bytes.length > maxBytes ? `[…]\n${tail.slice(tail.indexOf('\n') + 1)}` : tail
  return stripVTControlCharacters(text)
    .replaceAll('\uFEFF', '')
    .replaceAll(/^\d{4}-\d\d-\d\dT[\d:.]+Z /gm, '')
    .replaceAll(/^##\[(group|command|debug)\]/gm, '')
    .replaceAll(/^##\[endgroup\]\n?/gm, '')
    .replaceAll(/^##\[(error|warning|notice)\]/gm, (_, level: string) => `${level}: `)
}

/** The last chunks of a stream: more than `maxBytes` where there are as many, but never the whole of a long log. */
async function readTail(log: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of log as unknown as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    size += chunk.length
    for (let [first] = chunks; first && size - first.length > maxBytes; [first] = chunks) {
      size -= first.length
      chunks.shift()
    }
  }
  return Buffer.concat(chunks)
}
