import { once } from 'node:events'
import type { Context } from './context.ts'

/** Writes to stdout no faster than its reader reads. False: nobody reads any more. */
export async function writeOut(
  text: string | Uint8Array,
  { streams, closed }: Pick<Context, 'streams' | 'closed'>,
): Promise<boolean> {
  if (closed.aborted) return false
  if (!streams.out.write(text)) await once(streams.out, 'drain', { signal: closed }).catch(() => {})
  return !closed.aborted
}
