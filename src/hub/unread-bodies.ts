import type { IncomingMessage } from 'node:http'
import { hasBody } from './late-bodies.ts'

/** A larger body is not waited for: its sender is answered at once, and cut off when much of it is left. */
const mostBytes = 1024 * 1024

/**
 * Resolves when the rest of a request's body has come, which is thrown away: then its answer is the end of the exchange.
 * With an earlier answer the connection would be used again while it is still being emptied, and the HTTP adapter ends
 * one that is not empty after half a second, under whichever request is on it by then.
 */
export async function passOverBody(incoming: IncomingMessage): Promise<void> {
  const isLarge = Number(incoming.headers['content-length'] ?? 0) > mostBytes
  if (!hasBody(incoming) || isLarge || incoming.readableEnded || incoming.destroyed) return
  const { promise, resolve } = Promise.withResolvers<void>()
  let passed = 0
  const pass = (chunk: Buffer) => {
    passed += chunk.length
    // Whoever read the beginning has stopped the stream.
    if (passed <= mostBytes) incoming.resume()
    else resolve()
  }
  incoming.on('data', pass).once('end', resolve).once('close', resolve).resume()
  await promise
  incoming.off('data', pass).off('end', resolve).off('close', resolve)
}
