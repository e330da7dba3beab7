import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
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
  const way = await startLossyWay(cleanup, hub.url)
  const target = { apiUrl: `${way.origin}/api/v3`, token: testToken, owner: 'octo', repo: 'queue' }
  const client = new GitHubClient(target)
  return {
    broker: new GitHubBroker(client, { description: 'octo/queue at the hub' }),
    workflow: 'transcribe.yml',
    ref: 'main',
    loseNextAnswer: way.loseNextAnswer,
    close: async () => {
      for (const action of undo) await action()
    },
  }
})

/** Hands requests on to the hub; on demand it drops the connection once the hub has answered. */
async function startLossyWay(
  cleanup: Cleanup,
  hubUrl: string,
): Promise<{ readonly origin: string; readonly loseNextAnswer: () => void }> {
  let loses = false
  const server = createServer((incoming, answer) => {
    const { method, headers } = incoming
    const outgoing = request(new URL(incoming.url ?? '/', hubUrl), { method, headers }, received => {
      if (loses) {
        loses = false
        received.resume()
        answer.destroy()
        return
      }
      answer.writeHead(received.statusCode ?? 500, received.headers)
      received.pipe(answer)
    })
    outgoing.on('error', () => answer.destroy())
    incoming.pipe(outgoing)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanup.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseNextAnswer: () => {
      loses = true
    },
  }
}
