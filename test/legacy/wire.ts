import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Lifetime } from '../support/fleet.ts'

export interface Wire {
  readonly port: number
  /** The next command that holds these words takes effect, and its answer is lost. */
  cutAnswerOf(words: string): void
  /** Called for each piece that a client sends, before it is passed on. */
  onSent: (() => void) | null
  /** Called for each piece that Redis has answered, before it is passed on. */
  onAnswered: (() => void) | null
}

/** A connection to Redis on which everything that passes can be seen, and cut. */
export async function startWire(t: Lifetime, redisPort: number): Promise<Wire> {
  let mark: string | null = null
  const sockets = new Set<Socket>()
  const server = createServer(client => {
    const redis = connect(redisPort, '127.0.0.1')
    for (const socket of [client, redis]) sockets.add(socket.on('error', () => {}))
    let isDoomed = false
    client.on('data', bytes => {
      if (mark !== null && bytes.includes(mark)) {
        isDoomed = true
        mark = null
      }
      wire.onSent?.()
      if (!client.destroyed) redis.write(bytes)
    })
    redis.on('data', bytes => {
      wire.onAnswered?.()
      if (isDoomed) client.destroy()
      else client.write(bytes)
    })
    client.on('close', () => redis.destroy())
    redis.on('close', () => client.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const wire: Wire = {
    port: (server.address() as AddressInfo).port,
    cutAnswerOf: words => {
      mark = words
    },
    onSent: null,
    onAnswered: null,
  }
  return wire
}
