import type { MiddlewareHandler } from 'hono'
import { asError } from '../base/errors.ts'
import type { HubEnv } from './context.ts'

/**
 * A body that fails half-way breaks the connection, so that the client knows it is not whole, and is one line for the
 * operator. Left to itself the HTTP adapter would print a stack and end the body as if all were well.
 */
export function breakFailedStreams(log: (line: string) => void): MiddlewareHandler<HubEnv> {
  return async (c, next) => {
    await next()
    const { body } = c.res
    if (!body || c.res.headers.get('Content-Type')?.startsWith('application/json')) return
    c.res = new Response(
      closedOnFailure(body, thrown => {
        const reason = asError(thrown).message.replaceAll(/\s+/g, ' ')
        log(`${c.req.method} ${c.req.path} broke off (request ${c.get('requestId')}): ${reason}`)
        c.env.outgoing?.destroy()
      }),
      c.res,
    )
  }
}

function closedOnFailure(
  body: ReadableStream<Uint8Array>,
  onFailure: (thrown: unknown) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let cancelled = false
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read().catch(thrown => {
          onFailure(thrown)
          return { done: true, value: undefined } as const
        })
        if (cancelled) return
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel(reason) {
        cancelled = true
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
