import type { IncomingMessage } from 'node:http'
import { hasBody } from './late-bodies.ts'

/** A larger body is not waited for: its sender is answered at once, and cut off when much of it is left. */
const mostBytes = 1024 * 1024

/** `large`, `late`: it was not waited for, and may still come. */
type Passed = 'over' | 'large' | 'late'

/**
 * Resolves when the rest of a request's body has come, which is thrown away: then its answer is the end of the exchange.
 * With an earlier answer the connection would be used again while it is still being emptied, and the HTTP adapter ends
 * one that is not empty after half a second, under whichever request is on it by then. After `mostMs` the body is late:
 * an answer that is ready does not wait for a sender that stalls.
 */
export async function passOverBody(incoming: IncomingMessage, mostMs: number): Promise<Passed> {
  if (!hasBody(incoming) || incoming.readableEnded || incoming.destroyed) return 'over'
  if (Number(incoming.headers['content-length'] ?? 0) > mostBytes) return 'large'
  const { promise, resolve } = Promise.withResolvers<Passed>()
  const end = () => resolve('over')
  const late = setTimeout(resolve, mostMs, 'late')
  let passed = 0
  const pass = (chunk: Buffer) => {
    passed += chunk.length
    // Whoever read the beginning has stopped the stream.
    if (passed <= mostBytes) incoming.resume()
    else resolve('large')
  }
  incoming.on('data', pass).once('end', end).once('close', end).resume()
  const outcome = await promise
  clearTimeout(late)
  incoming.off('data', pass).off('end', end).off('close', end)
  return outcome
}
