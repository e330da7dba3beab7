import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
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
  const line = await unreliableLine(hub.url)
  const { owner, name: repo } = hub.repository
  const client = new GitHubClient({ apiUrl: `${line.origin}/api/v3`, token: 'owner', owner, repo })
  return {
    broker: new GitHubBroker(client, { description: 'the hub' }),
    workflow: 'fetch.yml',
    ref: hub.defaultBranch,
    loseNextAnswer: line.loseNextAnswer,
    close: async () => {
      client.close()
      await line.close()
      await hub.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
})

/** Hands requests on to the hub; told so, it lets the next one take effect and drops its answer. */
async function unreliableLine(hubUrl: string) {
  let isLossy = false
  const server = createServer((incoming, outgoing) => {
    const loses = isLossy
    isLossy = false
    const onward = request(
      new URL(incoming.url ?? '/', hubUrl),
      { method: incoming.method, headers: { ...incoming.headers, host: new URL(hubUrl).host } },
      answer => {
        if (loses) {
          answer.resume().once('end', () => outgoing.destroy())
          return
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseNextAnswer: () => {
      isLossy = true
    },
    close: async () => {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
