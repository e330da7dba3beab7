import { statfs } from 'node:fs/promises'
import { explain } from '../../base/errors.ts'
import { offeredVersion } from '../runner/choose-package.ts'
import type { RunnerPackage } from '../runner/enrolment.ts'
import { type InstalledRunner, placesOf } from '../runner/inventory.ts'
import { openServiceManager } from '../runner/open-service-manager.ts'
import type { RunnerPlatform } from '../runner/platform.ts'
import { readDrained } from './drained.ts'
import type { BrokerFacts, DiskFacts, KeepFacts, RunnerFacts } from './facts.ts'
import { readLastExit } from './last-exit.ts'
import { findWorker } from './worker-process.ts'

/** The broker as keeping sees it: a port that the command fills. Its token needs Administration: read. */
interface KeepBroker {
  find(name: string): Promise<{ readonly status: 'online' | 'offline' } | null>
  downloads(): Promise<readonly RunnerPackage[]>
  /** ISO 8601; null: that is not decided, or this server does not say. */
  jobsEndAt(version: string): Promise<string | null>
  /** Its clock minus this machine's, in ms; null: it does not say. */
  readonly clockAheadMs: number | null
}

interface Looking {
  /** The folder of all runners. */
  readonly root: string
  readonly env: NodeJS.ProcessEnv
  /** null: a machine that GitHub has no runner for. */
  readonly platform: RunnerPlatform | null
  /** Opens the way to the broker of a runner, and closes it; rejects where there is none, or no token. */
  readonly withBroker: <T>(runner: InstalledRunner, use: (broker: KeepBroker) => Promise<T>) => Promise<T>
}

export interface Looked {
  readonly facts: KeepFacts
  /** The broker's clock minus this machine's, in ms; null: it was not heard. */
  readonly clockAheadMs: number | null
}

/** Everything at once; what the broker does not tell is a fact, too. */
export async function lookAround(runners: readonly InstalledRunner[], looking: Looking): Promise<Looked> {
  const looked = await Promise.all(runners.map(runner => lookAt(runner, looking)))
  const clock = looked.find(({ clockAheadMs }) => clockAheadMs !== null)
  return {
    facts: {
      runners: looked.map(({ facts }) => facts),
      disk: await lookAtDisk(looking.root, false),
    },
    clockAheadMs: clock?.clockAheadMs ?? null,
  }
}

export async function lookAtDisk(root: string, isWiped: boolean): Promise<DiskFacts> {
  const { bavail, blocks, bsize } = await statfs(root)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, isWiped }
}

async function lookAt(runner: InstalledRunner, { root, env, platform, withBroker }: Looking) {
  const places = placesOf(root, runner.name)
  const asked = askBroker(runner, platform, withBroker)
  const services = openServiceManager(runner.service.kind, env)
  const [service, lastExit, worker, { facts: known, clockAheadMs }] = await Promise.all([
    services.state(runner.service),
    readLastExit(runner.service, env),
    findWorker(places.folder, env),
    asked,
  ])
  const facts: RunnerFacts = {
    runner,
    service,
    lastExit,
    drainedBy: readDrained(places)?.by ?? null,
    isWorking: worker !== null,
    broker: known,
  }
  return { facts, clockAheadMs }
}

interface Asked {
  readonly facts: BrokerFacts
  readonly clockAheadMs: number | null
}

async function askBroker(
  runner: InstalledRunner,
  platform: RunnerPlatform | null,
  withBroker: Looking['withBroker'],
): Promise<Asked> {
  try {
    return await withBroker(runner, async broker => {
      const [registration, packages, jobsEndAt] = await Promise.all([
        broker.find(runner.name),
        broker.downloads(),
        runner.version === null ? null : broker.jobsEndAt(runner.version),
      ])
      const offered = platform === null ? null : offeredVersion(packages, platform)
      return {
        facts: { kind: 'known', registration, offered, jobsEndAt },
        clockAheadMs: broker.clockAheadMs,
      }
    })
  } catch (thrown) {
    return { facts: { kind: 'unknown', because: explain(thrown) }, clockAheadMs: null }
  }
}
