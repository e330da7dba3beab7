import { testBroker } from '../contract/broker.ts'
import { MemoryBroker } from './memory-broker.ts'

testBroker('the broker in memory', async () => {
  const broker = new MemoryBroker()
  broker.workflows.set('listen.yml', { required: ['url'], optional: ['relayq_id'] })
  return {
    broker,
    workflow: 'listen.yml',
    ref: 'main',
    loseNextAnswer: () => {
      broker.faults.push('lose_answer_after')
    },
    close: async () => undefined,
  }
})
