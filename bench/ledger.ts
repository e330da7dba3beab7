/**
 * A ledger of 100,000 jobs: `relayq list` and `relayq submit`, whole process, against the embedded GitHub; and the CPU
 * time of a supervisor's tick with 500 active jobs, over a broker that answers at once.
 * Run: node bench/ledger.ts [jobs] [rounds]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPaths } from '../src/config/paths.ts'
import { openLedger } from '../src/ledger/ledger.ts'
import type { Run } from '../src/model/run.ts'
import type { Runner } from '../src/model/runner.ts'
import { parsePolicy } from '../src/policy/parse.ts'
import { Supervision } from '../src/queue/supervision.ts'
import { Supervisor } from '../src/supervisor/supervisor.ts'
import { commitWorkflows } from './support/checkout.ts'
import { root, startFleet } from './support/fleet.ts'
import { machines, writeLargeLedger } from './support/large-ledger.ts'
import { header, measure, row, run } from './support/measure.ts'
import { quietBroker } from './support/quiet-broker.ts'

const jobs = Number(process.argv[2] ?? 100_000)
const rounds = Number(process.argv[3] ?? 15)
const active = 500

async function measureCommands(): Promise<void> {
  await using checkout = commitWorkflows()
  await using bench = await startFleet({ repositoryPath: checkout.path, runners: [] })
  const { apiUrl, token, repository } = bench.fleet.hub
  const name = `${repository.owner}/${repository.name}`
  const env = {
    ...bench.env,
    ...{ RELAYQ_CHECKOUT: checkout.path, RELAYQ_API_URL: apiUrl, RELAYQ_TOKEN: token, GH_REPO: name },
    RELAYQ_REF: 'main',
  }
  const { state } = findPaths(env)
  mkdirSync(state, { recursive: true, mode: 0o700 })
  const shape = { path: join(state, 'ledger.db'), broker: bench.broker.id, jobs }
  writeLargeLedger({ ...shape, later: active, sent: 0, ready: 0 })
  const relayq = (...args: string[]) => run(process.execPath, [join(root, 'src/cli/main.ts'), ...args], env)
  // Of no kind of address that is asked for its size: that would be a measurement of the network.
  const submit = (round: number) => relayq('submit', 'transcribe', `url=http://127.0.0.1:9/${round}.mp3`)
  await relayq('list')
  await submit(-1)
  const listed = await measure(rounds, async () => void (await relayq('list')))
  const dead = await measure(rounds, async () => void (await relayq('list', '--dead')))
  const batch = await measure(rounds, async () => void (await relayq('list', '--batch', 'feed-8')))
  const submitted = await measure(rounds, async round => void (await submit(round)))
  process.stdout.write(`\n${jobs} jobs in the ledger, ${rounds} rounds\n${header}\n`)
  process.stdout.write(`${row('relayq list (wanted: under 100)', listed)}\n`)
  process.stdout.write(`${row('relayq list --dead', dead)}\n${row('relayq list --batch', batch)}\n`)
  process.stdout.write(`${row('relayq submit (wanted: under 150)', submitted)}\n`)
}

const policy = `routes:
  transcribe:
    prefer: [macmini]
    fallback: [rpi4, rpi3]
    queue_timeout: 10h
`

/** Milliseconds of CPU of each tick but the first ones, in which code is compiled and what is news is written down. */
async function measureTicks(
  path: string,
  at: { readonly sent: number; readonly ready: number },
): Promise<void> {
  const broker = 'http://hub#octo/queue'
  writeLargeLedger({ path, broker, jobs, later: active - at.sent - at.ready, ...at })
  const ledger = openLedger(path)
  const atBroker = ledger.listActive(broker).flatMap(({ newest }) => newest?.runId ?? [])
  const supervision = new Supervision(
    {
      broker: quietBroker(broker, atBroker.map(queuedRun), machines.map(busyRunner)),
      ledger,
      loadPolicy: async () => parsed,
      clock: Date.now,
      cwd: '',
      localScript: async () => null,
      sleep: async () => undefined,
      sizeOf: async () => null,
      encryption: { isUsual: () => false, keys: () => new Map() },
      ...{ dataDir: tmpdir(), ref: 'main', removesArtifacts: false },
    },
    'bench',
  )
  const supervisor = new Supervisor(supervision, { say: () => undefined })
  for (let warm = 0; warm < 20; warm += 1) await supervisor.tick()
  const taken: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const from = process.cpuUsage()
    await supervisor.tick()
    const { user, system } = process.cpuUsage(from)
    taken.push((user + system) / 1_000)
  }
  ledger.close()
  const name = `tick: ${at.sent} of ${active} at the broker, ${at.ready} to be sent`
  process.stdout.write(`${row(name, taken)}\n`)
}

const parsed = parsePolicy(policy, 'policy.yaml')

function queuedRun(id: number): Run {
  const now = new Date().toISOString()
  return {
    ...{ id, title: `Transcribe [j${id}.1]`, status: 'queued', conclusion: null, url: `http://hub/${id}` },
    ...{ workflowPath: 'transcribe_audio.yml', createdAt: now, updatedAt: now },
  }
}

function busyRunner(name: string, id: number): Runner {
  return { id, name, os: 'linux', status: 'online', busy: true, labels: ['self-hosted', name] }
}

const folder = mkdtempSync(join(tmpdir(), 'relayq-bench-ledger-'))
try {
  await measureCommands()
  process.stdout.write(`\nCPU of a tick with ${active} active jobs (wanted: under 50)\n${header}\n`)
  await measureTicks(join(folder, 'sent.db'), { sent: active, ready: 0 })
  await measureTicks(join(folder, 'ready.db'), { sent: 6, ready: 494 })
  await measureTicks(join(folder, 'mixed.db'), { sent: 100, ready: 200 })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
