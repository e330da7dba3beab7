import { stripVTControlCharacters } from 'node:util'

/** A page shows this much of a log's end; the whole is one link away. */
const maxBytes = 256 * 1024

/**
 * The end of a log as text for people: without colours, byte order marks and the timestamps each line carries. Keeps no more than
 * twice `maxBytes` in memory, however long the log is.
 */
export async function readLogTail(log: ReadableStream<Uint8Array> | null): Promise<string> {
  if (!log) return ''
  let kept = Buffer.alloc(0) as Buffer
  let cut = false
  for await (const chunk of log as unknown as AsyncIterable<Uint8Array>) {
    kept = Buffer.concat([kept, chunk])
    if (kept.length <= 2 * maxBytes) continue
    kept = kept.subarray(kept.length - maxBytes)
    cut = true
  }
  const whole = kept.toString('utf8')
  const text = cut ? `[…]\n${whole.slice(whole.indexOf('\n') + 1)}` : whole
  return stripVTControlCharacters(text)
    .replaceAll('\uFEFF', '')
    .replaceAll(/^\d{4}-\d\d-\d\dT[\d:.]+Z /gm, '')
    .replaceAll(/^##\[(group|command|debug)\]/gm, '')
    .replaceAll(/^##\[endgroup\]\n?/gm, '')
    .replaceAll(/^##\[(error|warning|notice)\]/gm, (_, level: string) => `${level}: `)
}
