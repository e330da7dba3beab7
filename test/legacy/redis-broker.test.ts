import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import { RedisBroker } from '../../src/legacy/redis-broker.ts'
import { testBroker } from '../contract/broker.ts'
import type { Lifetime } from '../support/fleet.ts'
import { startRedis } from '../support/redis-server.ts'

// No exceptions: the whole suite holds for Redis mode.
testBroker('Redis', async () => {
  const ends: (() => unknown)[] = []
  const lifetime: Lifetime = { after: end => void ends.unshift(end) }
  const redis = await startRedis(lifetime)
  const wire = await startWire(lifetime, redis.port)
  const url = redis.url.replace(`:${redis.port}`, `:${wire.port}`)
  const broker = await RedisBroker.open({ url, prefix: 'relayq' })
  return {
    broker,
    workflow: 'transcribe_audio.yml',
    ref: 'main',
    loseNextAnswer: wire.cutAnswerOf('last-run'),
    close: async () => {
      broker.close()
      for (const end of ends) await end()
    },
  }
})

/** A connection to Redis that can be cut between a command and its answer. */
async function startWire(t: Lifetime, redisPort: number) {
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
      redis.write(bytes)
    })
    redis.on('data', bytes => {
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
  return {
    port: (server.address() as AddressInfo).port,
    /** Of the next command that holds these words. */
    cutAnswerOf: (words: string) => () => {
      mark = words
    },
  }
}
