import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * So many bytes buy their sender another second: a file of 2 GiB may come over a slow line for hours, while a trickle
 * gains nothing by going on.
 */
const bytesPerSecond = 128 * 1024

/** Ends a request whose body has not come whole after `requestMs`, and whatever time its bytes have bought. */
export function endLateBody(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { requestMs, checkMs }: { readonly requestMs: number; readonly checkMs: number },
): void {
  if (!hasBody(incoming)) return
  const { socket } = incoming
  const [began, before] = [performance.now(), socket.bytesRead]
  const watching = setInterval(() => {
    const bought = ((socket.bytesRead - before) / bytesPerSecond) * 1000
    const isLate = performance.now() - began > requestMs + bought
    const isOver = incoming.complete || socket.destroyed
    if (isOver || isLate) clearInterval(watching)
    if (isLate && !isOver) breakOff(incoming, outgoing)
  }, checkMs).unref()
}

/** RFC 9112 §6: a request has a body when it has one of these headers. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function breakOff({ socket }: IncomingMessage, outgoing: ServerResponse): void {
  if (outgoing.headersSent) socket.destroy()
  else socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n', () => socket.destroy())
}
