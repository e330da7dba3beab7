/**
 * Jobs per second of one machine, and the time from an accepted dispatch to the job's program running, of the legacy
 * Redis mode beside GitHub mode on the hub, and beside Celery on the same Redis where Debian's python3-celery is
 * installed. The work is the same for all: a shell that rings a bell over loopback and ends.
 * Run: node bench/legacy.ts [rounds] [jobs]
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { RedisBroker } from '../src/legacy/redis-broker.ts'
import { LegacyWorker } from '../src/legacy/worker.ts'
import { startRedis, type TestRedis } from '../test/support/redis-server.ts'
import { commitWorkflows } from './support/checkout.ts'
import { startFleet } from './support/fleet.ts'
import { header, median, row } from './support/measure.ts'

const rounds = Number(process.argv[2] ?? 20)
const jobs = Number(process.argv[3] ?? 100)

/** Sends one job, and resolves when the broker has taken it. */
type Send = () => Promise<unknown>

interface Contender {
  readonly name: string
  readonly send: Send
  /** Ends its worker and all that belongs to it. */
  readonly end: () => Promise<void>
}

/** Rung by every job that begins. */
class Bell {
  readonly #server = createServer((_, answer) => {
    this.#ringing()
    answer.end()
  })
  #ringing: () => void = () => {}

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  /** Resolves when it has rung so often. */
  rings(times: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    let rung = 0
    this.#ringing = () => {
      rung += 1
      if (rung === times) resolve()
    }
    return promise
  }

  close(): void {
    this.#server.close()
  }
}

const bell = new Bell()
const port = await bell.listen()
const folder = mkdtempSync(join(tmpdir(), 'relayq-bench-legacy-'))
const ring = join(folder, 'ring.sh')
writeFileSync(
  ring,
  '#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/BELL; printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3\n'.replace(
    'BELL',
    String(port),
  ),
)
chmodSync(ring, 0o755)

async function redisMode(redis: TestRedis): Promise<Contender> {
  const place = { url: redis.url, prefix: 'relayq' }
  const broker = await RedisBroker.open(place)
  const stop = new AbortController()
  const worker = await LegacyWorker.open({
    ...{ place, name: 'box', labels: ['self-hosted', 'audio'], os: 'linux', leaseMs: 30_000, graceMs: 0 },
    ...{ program: { file: ring, args: [] }, passEnv: {}, env: process.env, workFolder: join(folder, 'work') },
    say: () => {},
  })
  const ended = worker.run(stop.signal)
  const inputs = { url: `http://127.0.0.1:${port}/` }
  return {
    name: 'Redis mode: BullMQ, one legacy worker',
    send: () => broker.dispatch({ workflow: 'transcribe_audio.yml', ref: 'main', inputs }),
    end: async () => {
      stop.abort()
      await ended
      broker.close()
    },
  }
}

async function gitHubMode(): Promise<Contender> {
  const workflow = `on:\n  workflow_dispatch:\njobs:\n  ring:\n    runs-on: [self-hosted, box]\n    steps:\n      - run: ${ring}\n`
  const checkout = commitWorkflows({ '.github/workflows/bell.yml': workflow })
  const labels = ['self-hosted', 'box']
  const fleet = await startFleet({ repositoryPath: checkout.path, runners: [{ name: 'box', labels }] })
  return {
    name: 'GitHub mode: the hub, one embedded runner',
    send: () => fleet.broker.dispatch({ workflow: 'bell.yml', ref: 'main', inputs: {} }),
    end: async () => {
      await fleet[Symbol.asyncDispose]()
      await checkout[Symbol.asyncDispose]()
    },
  }
}

/** null, and a word about it, where Celery is not installed. */
async function celery(redis: TestRedis): Promise<Contender | null> {
  const python = '/usr/bin/python3'
  try {
    execFileSync(python, ['-c', 'import celery, redis'], { stdio: 'ignore' })
  } catch {
    process.stdout.write(
      'Celery is not installed here (apt-get install python3-celery python3-redis): left out\n',
    )
    return null
  }
  const cwd = join(import.meta.dirname, 'support')
  const env = {
    ...process.env,
    BENCH_REDIS_URL: `${redis.url}/1`,
    PYTHONDONTWRITEBYTECODE: '1',
    C_FORCE_ROOT: '1',
  }
  const worker = spawn(
    python,
    ['-m', 'celery', '-A', 'celery_ring', 'worker', '--pool', 'solo', '-l', 'info'],
    {
      ...{ cwd, env, stdio: ['ignore', 'ignore', 'pipe'] },
    },
  )
  await until(worker, / ready\./)
  const sender = spawn(python, ['-u', '-c', sendOnLine], { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface({ input: sender.stdout })[Symbol.asyncIterator]()
  return {
    name: 'Celery, one worker (solo pool)',
    send: async () => {
      sender.stdin.write(`${ring}\n`)
      await answers.next()
    },
    end: async () => {
      sender.kill()
      await endChild(worker)
    },
  }
}

/** One process sends them all, as a program that uses Celery would. */
const sendOnLine = `
import sys
from celery_ring import ring
for line in sys.stdin:
    ring.delay(line.strip())
    print("sent", flush=True)
`

async function until(child: ChildProcess, words: RegExp): Promise<void> {
  if (!child.stderr) return
  for await (const line of createInterface({ input: child.stderr })) if (words.test(line)) break
  child.stderr.resume()
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

interface Figures {
  readonly name: string
  readonly latencies: readonly number[]
  readonly perSecond: number
}

async function measureOne({ name, send, end }: Contender): Promise<Figures> {
  try {
    const first = bell.rings(1)
    await send()
    await first
    const latencies: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      // The worker is idle again: what came before has ended.
      await new Promise(resolve => setTimeout(resolve, 200))
      const rung = bell.rings(1)
      await send()
      const from = performance.now()
      await rung
      latencies.push(performance.now() - from)
    }
    await new Promise(resolve => setTimeout(resolve, 200))
    const all = bell.rings(jobs)
    const from = performance.now()
    for (let job = 0; job < jobs; job += 1) await send()
    await all
    return { name, latencies, perSecond: (jobs * 1000) / (performance.now() - from) }
  } finally {
    await end()
  }
}

const ends: (() => unknown)[] = []
try {
  const redis = await startRedis({ after: end => void ends.unshift(end) })
  const figures: Figures[] = []
  for (const open of [() => redisMode(redis), gitHubMode, () => celery(redis)]) {
    const contender = await open()
    if (contender) figures.push(await measureOne(contender))
  }
  process.stdout.write(`from an accepted dispatch to the program running, ${rounds} rounds\n${header}\n`)
  for (const { name, latencies } of figures) process.stdout.write(`${row(name, latencies)}\n`)
  process.stdout.write(`\n${jobs} jobs sent one after the other, to one machine\n`)
  for (const { name, perSecond, latencies } of figures) {
    process.stdout.write(`${name.padEnd(44)}${perSecond.toFixed(1).padStart(8)} jobs per second`)
    process.stdout.write(`   (median latency ${median(latencies).toFixed(0)} ms)\n`)
  }
} finally {
  for (const end of ends) await end()
  bell.close()
  rmSync(folder, { recursive: true, force: true })
}
