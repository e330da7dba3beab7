/**
 * A job that writes a large log, and the hub's memory while the log is written and read.
 * Run: node bench/logs.ts [megabytes, 200 unless given]
 */
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { HttpClient } from '../src/base/http.ts'
import { commitWorkflows } from './support/checkout.ts'
import { startFleet } from './support/fleet.ts'

const megabytes = Number(process.argv[2] ?? 200)
const workflow = `
on:
  workflow_dispatch:
    inputs:
      bytes: { required: true }
jobs:
  talk:
    runs-on: [self-hosted, box]
    steps:
      - run: yes 'a line of a log that is about as long as lines of logs are, eighty characters' | head -c "$BYTES"
        env:
          BYTES: \${{ inputs.bytes }}
`

await using checkout = commitWorkflows({ '.github/workflows/talk.yml': workflow })
await using bench = await startFleet({
  repositoryPath: checkout.path,
  runners: [{ name: 'box', labels: ['self-hosted', 'box'] }],
})
const { broker, client } = bench

function residentMb(): number {
  const status = readFileSync(`/proc/${bench.fleet.processes.get('hub')?.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}

/** The largest memory of the hub while `work` goes on. */
async function peakDuring<T>(work: Promise<T>): Promise<{ value: T; peak: number; seconds: number }> {
  const from = performance.now()
  let done = false
  let peak = residentMb()
  const settled = work.finally(() => {
    done = true
  })
  while (!done) {
    peak = Math.max(peak, residentMb())
    await Promise.race([settled, delay(50)])
  }
  return { value: await settled, peak, seconds: (performance.now() - from) / 1000 }
}

async function runToItsEnd(): Promise<number> {
  const inputs = { bytes: String(megabytes * 1_000_000) }
  const outcome = await broker.dispatch({ workflow: 'talk.yml', ref: 'main', inputs })
  if (outcome.kind !== 'accepted' || outcome.runId === null) throw new Error('the dispatch was not accepted')
  while ((await broker.getRun(outcome.runId))?.status !== 'completed') await delay(100)
  return outcome.runId
}

async function readLog(jobId: number): Promise<number> {
  const http = new HttpClient()
  const link = await client.get(`/actions/jobs/${jobId}/logs`)
  const answer = await http.send({ url: link.headers.get('location') ?? '' })
  let bytes = 0
  for await (const chunk of answer.body as AsyncIterable<Buffer>) bytes += chunk.length
  http.close()
  return bytes
}

const idle = residentMb()
const written = await peakDuring(runToItsEnd())
const [job] = await broker.listJobs(written.value)
const read = await peakDuring(readLog(job?.id ?? 0))
process.stdout.write(`hub idle              ${idle.toFixed(0)} MB\n`)
process.stdout.write(
  `${megabytes} MB log written    ${written.peak.toFixed(0)} MB at most, ${written.seconds.toFixed(1)} s\n`,
)
process.stdout.write(
  `${(read.value / 1e6).toFixed(0)} MB log read (with times) ${read.peak.toFixed(0)} MB at most, ${read.seconds.toFixed(1)} s\n`,
)
