/**
 * From an accepted dispatch to the first step running on an idle embedded runner, and what hub and listener weigh after
 * it. The step reports its own start, over loopback, so no clock but this process's is read.
 * Run: node bench/latency.ts [rounds]
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { commitWorkflows } from './support/checkout.ts'
import { startFleet } from './support/fleet.ts'
import { header, median, row } from './support/measure.ts'

const rounds = Number(process.argv[2] ?? 20)
const workflow = `
on:
  workflow_dispatch:
    inputs:
      port: { required: true }
jobs:
  work:
    runs-on: [self-hosted, box]
    steps:
      - run: exec 3<>/dev/tcp/127.0.0.1/$PORT; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3
        env:
          PORT: \${{ inputs.port }}
`

let arrived: () => void = () => {}
const bell = createServer((_, answer) => {
  arrived()
  answer.end()
})
await new Promise<void>(resolve => bell.listen(0, '127.0.0.1', resolve))
const { port } = bell.address() as AddressInfo

{
  await using checkout = commitWorkflows({ '.github/workflows/bell.yml': workflow })
  await using bench = await startFleet({
    repositoryPath: checkout.path,
    runners: [{ name: 'box', labels: ['self-hosted', 'box'] }],
  })
  const { broker } = bench
  const taken: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const rung = new Promise<void>(resolve => {
      arrived = resolve
    })
    const outcome = await broker.dispatch({
      workflow: 'bell.yml',
      ref: 'main',
      inputs: { port: String(port) },
    })
    const from = performance.now()
    await rung
    taken.push(performance.now() - from)
    if (outcome.kind !== 'accepted' || outcome.runId === null)
      throw new Error('the dispatch was not accepted')
    while ((await broker.getRun(outcome.runId))?.status !== 'completed');
  }
  process.stdout.write(`${header}\n${row('dispatch accepted to first step running', taken)}\n`)
  process.stdout.write(`median ${median(taken).toFixed(0)} ms (wanted: under 250)\n\n`)
  for (const [name, { pid }] of bench.fleet.processes) {
    process.stdout.write(`${name.padEnd(10)} ${residentMb(pid).toFixed(0)} MB after ${rounds} runs\n`)
  }
}
bell.close()

function residentMb(pid: number): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1]) / 1024
}
