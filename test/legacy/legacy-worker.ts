import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { randomId } from '../../src/base/id.ts'
import { openConnection } from '../../src/legacy/connection.ts'
import { loadPackages } from '../../src/legacy/packages.ts'
import { RedisBroker } from '../../src/legacy/redis-broker.ts'
import { LegacyWorker, type LegacyWorkerOptions } from '../../src/legacy/worker.ts'
import type { Run } from '../../src/model/run.ts'
import type { Lifetime } from '../support/fleet.ts'
import { startRedis } from '../support/redis-server.ts'

export interface LegacyDesk {
  readonly place: { readonly url: string; readonly prefix: string }
  readonly broker: RedisBroker
  /** To see and to do what no verb of a broker does. */
  readonly redis: Redis
  readonly folder: string
  /** Writes a program that takes the place of `relayq`; answers how a worker starts it. */
  program(script: string): LegacyWorkerOptions['program']
  /** A worker in this process; `stop` ends it as a signal would. */
  work(options?: Partial<LegacyWorkerOptions>): { stop(): Promise<void>; readonly ended: Promise<void> }
  dispatch(inputs?: Readonly<Record<string, string>>): Promise<number>
  /** Until the run is as wanted; what the run is then. */
  until(runId: number, wanted: (run: Run) => boolean): Promise<Run>
  ended(runId: number): Promise<Run>
  /** Throws when it does not come true within 20 s. */
  eventually(isSo: () => boolean | Promise<boolean>): Promise<void>
  /** Until a program has written this file of the folder. */
  untilThere(name: string): Promise<void>
  read(name: string): string
  killRedis(): Promise<void>
  readonly said: string[]
}

/** What was started last is ended first. A Redis, a broker on it, and workers whose jobs are shell scripts. */
export async function openDesk(outer: Lifetime): Promise<LegacyDesk> {
  const ends: (() => unknown)[] = []
  const t: Lifetime = { after: end => void ends.unshift(end) }
  outer.after(async () => {
    for (const end of ends) await end()
  })
  const folder = mkdtempSync(join(tmpdir(), 'relayq-legacy-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  const server = await startRedis(t)
  const { url } = server
  const place = { url, prefix: 'relayq' }
  const broker = await RedisBroker.open(place)
  t.after(() => broker.close())
  const redis = openConnection(await loadPackages(), place, { lasting: false })
  t.after(() => redis.disconnect())
  const said: string[] = []
  const program = (script: string) => {
    const path = join(folder, `relayq-${randomId()}`)
    writeFileSync(path, `#!/bin/sh\n${script.replaceAll('$DESK', folder)}\n`)
    chmodSync(path, 0o755)
    return { file: path, args: [] }
  }
  const eventually = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
    for (const deadline = Date.now() + 20_000; !(await isSo()); await sleep(10)) {
      if (Date.now() > deadline) throw new Error(`waited in vain; ${said.join('; ')}`)
    }
  }
  const until = async (runId: number, wanted: (run: Run) => boolean): Promise<Run> => {
    await eventually(async () => {
      const run = await broker.getRun(runId)
      return run !== null && wanted(run)
    })
    const run = await broker.getRun(runId)
    if (run) return run
    throw new Error(`run ${runId} is gone`)
  }
  return {
    ...{ place, broker, redis, folder, program, said, until, eventually },
    untilThere: name => eventually(() => existsSync(join(folder, name))),
    killRedis: server.kill,
    ended: runId => until(runId, ({ status }) => status === 'completed'),
    work: options => {
      const stop = new AbortController()
      const started = LegacyWorker.open({
        ...{ place, name: 'box', labels: ['self-hosted', 'audio'], os: 'linux', leaseMs: 1_000, graceMs: 0 },
        ...{ program: program('exit 0'), passEnv: {}, env: process.env, workFolder: join(folder, 'work') },
        say: line => void said.push(line),
        ...options,
      })
      const ended = started.then(worker => worker.run(stop.signal))
      ended.catch(() => {})
      const end = async () => {
        stop.abort()
        await ended
      }
      t.after(() => end().catch(() => {}))
      return { stop: end, ended }
    },
    dispatch: async (inputs = {}) => {
      const request = { url: 'https://example.com/a.mp3', ...inputs }
      const outcome = await broker.dispatch({
        workflow: 'transcribe_audio.yml',
        ref: 'main',
        inputs: request,
      })
      if (outcome.kind === 'accepted' && outcome.runId !== null) return outcome.runId
      throw new Error(`not accepted: ${JSON.stringify(outcome)}`)
    },
    read: name => readFileSync(join(folder, name), 'utf8'),
  }
}
