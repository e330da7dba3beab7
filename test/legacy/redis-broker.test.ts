import { RedisBroker } from '../../src/legacy/redis-broker.ts'
import { testBroker } from '../contract/broker.ts'
import type { Lifetime } from '../support/fleet.ts'
import { startRedis } from '../support/redis-server.ts'
import { startWire } from './wire.ts'

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
    loseNextAnswer: () => wire.cutAnswerOf('last-run'),
    close: async () => {
      broker.close()
      for (const end of ends) await end()
    },
  }
})
