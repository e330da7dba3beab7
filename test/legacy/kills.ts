import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { serveAudio } from '../../src/cli/demo/audio-server.ts'
import { mainPath } from '../../src/cli/fleet/program.ts'
import { RelayQ } from '../../src/compose.ts'
import { attemptOfTitle } from '../../src/model/attempt-id.ts'
import { isFinalJobState } from '../../src/model/job.ts'
import type { Run } from '../../src/model/run.ts'
import { testCompileCache } from '../support/compile-cache.ts'
import { writeCountingEngine } from '../support/counting-engine.ts'
import type { Lifetime } from '../support/fleet.ts'
import { randomFrom } from '../support/random.ts'
import { startRedis } from '../support/redis-server.ts'

interface KillOptions {
  readonly jobs: number
  readonly kills: number
  readonly workers: number
  /** Between two kills, in ms. */
  readonly everyMs: number
  readonly leaseSeconds: number
  readonly seed: number
  readonly limitMs: number
  readonly tell: (line: string) => void
}

export interface KillReport {
  readonly jobs: number
  /** Jobs that ended with one result that says it is theirs. */
  readonly doneOnce: number
  /** Jobs that ended otherwise, or did not end, each with why. */
  readonly lost: readonly string[]
  /** Jobs of which more than one run succeeded. */
  readonly doubled: readonly string[]
  /** Jobs whose engine came to its end more than once: a worker died between the work and its result. */
  readonly workedTwice: readonly string[]
  readonly kills: number
  /** How many of the killed workers had a run at that moment. */
  readonly killedAtWork: number
  readonly attempts: number
  readonly seconds: number
}

/** Real workers on a real Redis, killed with SIGKILL while they do real jobs, and what becomes of each job. */
export async function killWorkers(outer: Lifetime, options: KillOptions): Promise<KillReport> {
  const ends: (() => unknown)[] = []
  const t: Lifetime = { after: end => void ends.unshift(end) }
  outer.after(async () => {
    for (const end of ends) await end()
  })
  const began = performance.now()
  const desk = await openDesk(t)
  const crew = new Crew(desk.env, options)
  t.after(() => crew.end())
  crew.start()
  const relayq = await RelayQ.open({ env: desk.env, cwd: desk.checkout })
  t.after(() => relayq.close())
  const [queue, broker] = [await relayq.queue(), await relayq.broker()]
  const ids: string[] = []
  for (let number = 0; number < options.jobs; number += 1) {
    const inputs = { url: desk.audioUrl, formats: 'txt' }
    const outcome = await queue.submit({ kind: 'transcribe', inputs, key: `job-${number}` })
    if (outcome.kind === 'created') ids.push(outcome.job.id)
  }
  const supervisor = spawn(process.execPath, [mainPath, 'supervise', '--interval', '1s'], {
    ...{ env: desk.env, cwd: desk.checkout, stdio: 'ignore' },
  })
  t.after(() => endProcess(supervisor))

  const history = await relayq.history()
  const isOver = () => ids.every(id => isFinalJobState(history.view(id)?.job.state ?? 'pending'))
  const limit = began + options.limitMs
  let killedAtWork = 0
  for (let kill = 0; kill < options.kills && !isOver(); kill += 1) {
    await sleep(options.everyMs)
    const busy = new Set((await broker.listRunners()).flatMap(({ name, busy }) => (busy ? [name] : [])))
    if (await crew.killOne(busy)) killedAtWork += 1
  }
  while (!isOver() && performance.now() < limit) await sleep(200)

  const runs = await broker.listRuns({ most: 10 * options.jobs })
  const successes = Map.groupBy(
    runs.filter(({ conclusion }) => conclusion === 'success'),
    (run: Run) => attemptOfTitle(run.title)?.job ?? '',
  )
  const worked = Map.groupBy(desk.engine.done(), ({ job }) => job)
  const lost = ids.flatMap(id => {
    const view = history.view(id)
    const folder = join(relayq.paths.state, 'results', id, `${view?.attempts.at(-1)?.runId}`)
    if (view?.job.state === 'succeeded' && isResultOf(folder, id)) return []
    return [`${id}: ${view?.job.state}: ${view?.job.reason}`]
  })
  return {
    ...{ jobs: options.jobs, doneOnce: ids.length - lost.length, lost, kills: crew.kills, killedAtWork },
    doubled: ids.filter(id => (successes.get(id)?.length ?? 0) > 1),
    workedTwice: ids.filter(id => (worked.get(id)?.length ?? 0) > 1),
    attempts: ids.reduce((sum, id) => sum + (history.view(id)?.attempts.length ?? 0), 0),
    seconds: (performance.now() - began) / 1000,
  }
}

async function openDesk(t: Lifetime) {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-kills-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  const redis = await startRedis(t)
  const engine = writeCountingEngine(folder, 0.3)
  const audio = await serveAudio(join(import.meta.dirname, '../../examples/audio'))
  t.after(() => audio[Symbol.asyncDispose]())
  const checkout = join(folder, 'queue')
  mkdirSync(join(checkout, 'policy'), { recursive: true })
  writeFileSync(join(checkout, 'policy/policy.yaml'), 'routes:\n  transcribe:\n    prefer: [audio]\n')
  mkdirSync(join(folder, 'config'), { mode: 0o700 })
  const lines = [`RELAYQ_ALLOW_CIDRS=127.0.0.1/32:${audio.port}`, ...engine.config]
  writeFileSync(join(folder, 'config/env'), lines.join('\n'), { mode: 0o600 })
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    RELAYQ_CONFIG_HOME: join(folder, 'config'),
    RELAYQ_CHECKOUT: checkout,
    NODE_COMPILE_CACHE: testCompileCache,
    RELAYQ_API_URL: 'redis',
    RELAYQ_REDIS_URL: redis.url,
  }
  return { env, checkout, engine, audioUrl: audio.url('market') }
}

/** Workers that are started again as often as they end. */
class Crew {
  readonly #env: NodeJS.ProcessEnv
  readonly #options: KillOptions
  readonly #random: () => number
  readonly #members = new Map<string, ChildProcess>()
  #isOver = false
  kills = 0

  constructor(env: NodeJS.ProcessEnv, options: KillOptions) {
    this.#env = env
    this.#options = options
    this.#random = randomFrom(options.seed)
  }

  start(): void {
    for (let number = 1; number <= this.#options.workers; number += 1) this.#spawn(`box${number}`)
  }

  /** Of those at work, if any are. Answers whether it was one of them. */
  async killOne(busy: ReadonlySet<string>): Promise<boolean> {
    const names = [...this.#members.keys()]
    const atWork = names.filter(name => busy.has(name))
    const pool = atWork.length > 0 ? atWork : names
    const name = pool[Math.floor(this.#random() * pool.length)] ?? ''
    this.#members.get(name)?.kill('SIGKILL')
    this.kills += 1
    this.#options.tell(`killed ${name}${busy.has(name) ? ' at work' : ''}`)
    return busy.has(name)
  }

  async end(): Promise<void> {
    this.#isOver = true
    await Promise.all([...this.#members.values()].map(endProcess))
  }

  #spawn(name: string): void {
    const lease = ['--lease', String(this.#options.leaseSeconds), '--grace', '0']
    const args = [mainPath, 'legacy', 'worker', '--name', name, '--labels', 'audio', ...lease]
    const child = spawn(process.execPath, args, { env: this.#env, stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr?.setEncoding('utf8').on('data', text => this.#options.tell(`${name}: ${text.trimEnd()}`))
    this.#members.set(name, child)
    child.once('exit', () => {
      if (!this.#isOver) this.#spawn(name)
    })
  }
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const limit = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await once(child, 'exit')
  clearTimeout(limit)
}

function isResultOf(folder: string, job: string): boolean {
  try {
    const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'))
    return result.status === 'succeeded' && String(result.relayqId).startsWith(`${job}.`)
  } catch {
    return false
  }
}
