import { testBroker } from '../contract/broker.ts'
import { MemoryBroker } from './memory-broker.ts'

testBroker('the broker in memory', async () => {
  const broker = new MemoryBroker()
  return {
    broker,
    workflow: 'transcribe_audio.yml',
    ref: 'main',
    loseNextAnswer: () => {
      broker.faults.push('lose_answer_after')
    },
    close: async () => undefined,
  }
})
