import { statfs } from 'node:fs/promises'
import { explain } from '../../base/errors.ts'
import type { InstalledRunner } from '../runner/inventory.ts'
import { placesOf } from '../runner/inventory.ts'
import { openServiceManager } from '../runner/open-service-manager.ts'
import { readDrained } from './drained.ts'
import type { BrokerFacts, DiskFacts, KeepFacts, RunnerFacts } from './facts.ts'
import { readLastExit } from './last-exit.ts'
import { findWorker } from './worker-process.ts'

/** The broker as keeping sees it: a port that the command fills. Its token needs Administration: read. */
export interface KeepBroker {
  find(name: string): Promise<{ readonly status: 'online' | 'offline' } | null>
  /** The version of actions/runner that it offers for this machine; null: none. */
  offeredVersion(): Promise<string | null>
  /** ISO 8601; null: that is not decided, or this server does not say. */
  jobsEndAt(version: string): Promise<string | null>
  /** Its clock minus this machine's, in ms, as the last answer showed it. */
  clockAheadMs(): number | null
}

interface Looking {
  /** The folder of all runners. */
  readonly root: string
  readonly env: NodeJS.ProcessEnv
  /** Opens the way to the broker of a runner; rejects where there is none, or no token. */
  readonly broker: (runner: InstalledRunner) => Promise<KeepBroker>
}

/** Everything at once; what the broker does not tell is a fact, too. */
export async function lookAround(runners: readonly InstalledRunner[], looking: Looking): Promise<KeepFacts> {
  const looked = await Promise.all(runners.map(runner => lookAt(runner, looking)))
  return {
    runners: looked.map(({ facts }) => facts),
    disk: await lookAtDisk(looking.root, false),
    clockAheadMs: looked.map(({ clockAheadMs }) => clockAheadMs).find(skew => skew !== null) ?? null,
  }
}

export async function lookAtDisk(root: string, isWiped: boolean): Promise<DiskFacts> {
  const { bavail, blocks, bsize } = await statfs(root)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, isWiped }
}

async function lookAt(runner: InstalledRunner, { root, env, broker }: Looking) {
  const places = placesOf(root, runner.name)
  const asked = askBroker(runner, broker)
  const services = openServiceManager(runner.service.kind, env)
  const [service, lastExit, drained, worker, { facts: known, clockAheadMs }] = await Promise.all([
    services.state(runner.service),
    readLastExit(runner.service, env),
    readDrained(places),
    findWorker(places.folder, env),
    asked,
  ])
  const facts: RunnerFacts = {
    runner,
    service,
    lastExit,
    drainedBy: drained?.by ?? null,
    isWorking: worker !== null,
    broker: known,
  }
  return { facts, clockAheadMs }
}

async function askBroker(
  runner: InstalledRunner,
  open: Looking['broker'],
): Promise<{ readonly facts: BrokerFacts; readonly clockAheadMs: number | null }> {
  try {
    const broker = await open(runner)
    const [registration, offered, jobsEndAt] = await Promise.all([
      broker.find(runner.name),
      broker.offeredVersion(),
      runner.version === null ? null : broker.jobsEndAt(runner.version),
    ])
    return {
      facts: { kind: 'known', registration, offered, jobsEndAt },
      clockAheadMs: broker.clockAheadMs(),
    }
  } catch (thrown) {
    return { facts: { kind: 'unknown', because: explain(thrown) }, clockAheadMs: null }
  }
}
