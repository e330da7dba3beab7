/**
 * The hub under a long queue: listing, filtering and paging with many waiting runs, the rate of dispatches with many
 * beside few, and what finished runs leave in its memory.
 * Run: node bench/hub.ts [waiting runs, 10000 unless given]
 */
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { HttpClient, readBody } from '../src/base/http.ts'
import { commitWorkflows } from './support/checkout.ts'
import { startFleet } from './support/fleet.ts'
import { header, median, row } from './support/measure.ts'

const target = Number(process.argv[2] ?? 10_000)
const few = 10
const sample = 300
const workflow = `
on: workflow_dispatch
jobs:
  wait:
    runs-on: [self-hosted, nobody]
    steps:
      - run: echo never
`

await using checkout = commitWorkflows({ '.github/workflows/wait.yml': workflow })
await using bench = await startFleet({ repositoryPath: checkout.path, runners: [] })
const { apiUrl, token, repository } = bench.fleet.hub
const base = `${apiUrl}/repos/${repository.owner}/${repository.name}/actions`
const http = new HttpClient()

async function call(method: string, path: string, body?: object): Promise<{ status: number; bytes: number }> {
  const answer = await http.send({
    url: `${base}${path}`,
    method,
    headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: answer.status, bytes: (await readBody(answer, 64 * 1024 * 1024)).length }
}

async function dispatch(): Promise<void> {
  const { status } = await call('POST', '/workflows/wait.yml/dispatches', { ref: 'main' })
  if (status !== 204) throw new Error(`the dispatch was answered with ${status}`)
}

/** Milliseconds of each of so many dispatches, one after the other. */
async function dispatches(count: number): Promise<readonly number[]> {
  const taken: number[] = []
  for (let done = 0; done < count; done += 1) {
    const from = performance.now()
    await dispatch()
    taken.push(performance.now() - from)
  }
  return taken
}

async function timed(path: string, times = 15): Promise<readonly number[]> {
  const taken: number[] = []
  for (let done = 0; done < times; done += 1) {
    const from = performance.now()
    const { status } = await call('GET', path)
    taken.push(performance.now() - from)
    if (status !== 200) throw new Error(`${path} was answered with ${status}`)
  }
  return taken
}

await dispatches(few)
const atFew = await dispatches(sample)
let waiting = few + sample
while (waiting < target) {
  const batch = Math.min(8, target - waiting)
  await Promise.all(Array.from({ length: batch }, dispatch))
  waiting += batch
}
const atMany = await dispatches(sample)
waiting += sample

process.stdout.write(`${waiting} waiting runs\n${header}\n`)
process.stdout.write(`${row(`dispatch with ${few} to ${few + sample} waiting`, atFew)}\n`)
process.stdout.write(`${row(`dispatch with ${target} waiting`, atMany)}\n`)
const last = Math.floor(waiting / 100)
for (const path of [
  '/runs?per_page=100',
  '/runs?per_page=100&page=2',
  `/runs?per_page=100&page=${last}`,
  '/runs?per_page=100&status=queued',
  '/runs?per_page=100&status=completed',
  '/runs?per_page=100&branch=main&event=workflow_dispatch',
  '/workflows/wait.yml/runs?per_page=100',
  '/runs?per_page=100&created=%3E%3D2026-01-01',
]) {
  process.stdout.write(`${row(`GET ${decodeURIComponent(path)}`, await timed(path))}\n`)
}
const rate = (median(atFew) / median(atMany)) * 100
process.stdout.write(
  `\ndispatch rate at ${target} waiting: ${rate.toFixed(0)} % of that at ${few} (wanted: 80 or more)\n`,
)
process.stdout.write('a page: wanted under 50 ms\n')

/** Ends waiting runs: a cancelled run is a finished run. */
async function finish(from: number, count: number): Promise<void> {
  for (let id = from; id < from + count; id += 8) {
    await Promise.all(
      Array.from({ length: Math.min(8, from + count - id) }, (_, offset) =>
        call('POST', `/runs/${id + offset}/cancel`),
      ),
    )
  }
}

function residentMb(): number {
  const status = readFileSync(`/proc/${bench.fleet.processes.get('hub')?.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}

const rounds = Math.min(4, Math.floor(waiting / 1000) - 1)
await finish(1, 1000)
const before = residentMb()
await finish(1001, rounds * 1000)
const growth = (residentMb() - before) / rounds
process.stdout.write(`\nhub: ${residentMb().toFixed(0)} MB after ${(rounds + 1) * 1000} finished runs, `)
process.stdout.write(`${growth.toFixed(1)} MB more for each 1000 (wanted: under 5)\n`)
http.close()
