import type { Context } from './context.ts'

/** Aborted when standard input ends: whoever started this process and kept that open is gone, killed perhaps. */
export function endOfInput({ streams }: Context): AbortSignal {
  const ended = new AbortController()
  const input = streams.in
  if (input.readableEnded || input.destroyed) ended.abort()
  const abort = () => ended.abort()
  input.once('end', abort).once('close', abort).resume()
  return ended.signal
}
