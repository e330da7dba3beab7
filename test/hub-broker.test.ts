import { GitHubBroker } from '../src/github/broker.ts'
import { GitHubClient } from '../src/github/client.ts'
import { testBroker } from './contract/broker.ts'
import type { Cleanup } from './support/git-repository.ts'
import { startTestHub, testToken } from './support/running-hub.ts'

const workflow = `run-name: Transcribe [\${{ inputs.relayq_id }}]
on:
  workflow_dispatch:
    inputs:
      url:
        required: true
      relayq_id:
        default: ''
jobs:
  transcribe:
    runs-on: [self-hosted, nobody]
    steps:
      - run: echo
`

testBroker('the embedded GitHub', async () => {
  const undo: (() => unknown)[] = []
  const cleanup: Cleanup = { after: action => undo.unshift(action) }
  const { hub } = await startTestHub(cleanup, { '.github/workflows/transcribe.yml': workflow })
  const target = { apiUrl: hub.apiUrl, token: testToken, owner: 'octo', repo: 'queue' }
  const client = new GitHubClient(target)
  return {
    broker: new GitHubBroker(client, { description: 'octo/queue at the hub' }),
    workflow: 'transcribe.yml',
    ref: 'main',
    loseNextAnswer: () => hub.faults.set([{ kind: 'drop_after', method: 'POST', times: 1 }]),
    close: async () => {
      client.close()
      for (const action of undo) await action()
    },
  }
})
