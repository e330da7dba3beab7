import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GitHubBroker } from '../src/github/broker.ts'
import { GitHubClient } from '../src/github/client.ts'
import { startHub } from '../src/hub/hub.ts'
import { testBroker } from './contract/broker.ts'
import { commitRepository } from './support/fleet.ts'

const workflow = `run-name: Fetch [\${{ inputs.relayq_id }}]
on:
  workflow_dispatch:
    inputs:
      url:
        required: true
      relayq_id:
        default: ''
jobs:
  fetch:
    runs-on: [self-hosted, nobody]
    steps:
      - run: echo "$URL"
        env:
          URL: \${{ inputs.url }}
`

testBroker('the embedded hub, through GitHub’s REST API', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-broker-'))
  const hub = await startHub({
    stateDir: join(folder, 'state'),
    repositoryPath: commitRepository(join(folder, 'queue'), { 'fetch.yml': workflow }),
    host: '127.0.0.1',
    port: 0,
    token: 'owner',
    leaseSeconds: 30,
    latencyMs: 0,
  })
  const { owner, name: repo } = hub.repository
  const client = new GitHubClient({ apiUrl: hub.apiUrl, token: 'owner', owner, repo })
  return {
    broker: new GitHubBroker(client, { description: 'the hub' }),
    workflow: 'fetch.yml',
    ref: hub.defaultBranch,
    loseNextAnswer: () => hub.faults.set([{ kind: 'drop_after', method: 'POST', times: 1 }]),
    close: async () => {
      client.close()
      await hub.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
})
