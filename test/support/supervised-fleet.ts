import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serveAudio } from '../../src/cli/demo/audio-server.ts'
import { KeptProcess } from '../../src/cli/fleet/kept-process.ts'
import { mainPath } from '../../src/cli/fleet/program.ts'
import { RelayQ } from '../../src/compose.ts'
import type { JobView } from '../../src/queue/job-view.ts'
import { type CountingEngine, writeCountingEngine } from './counting-engine.ts'
import { childrenOf, type Lifetime, startTestFleet, type TestFleet } from './fleet.ts'
import { shippedWorkflows } from './shipped-workflows.ts'

export interface SupervisedFleetOptions {
  /** Lines of the route of `transcribe`. */
  readonly route: string
  readonly leaseSeconds?: number
  /** How long a job works, besides what it costs. */
  readonly workSeconds?: number
  /** Steps after the result is kept, as YAML. */
  readonly lastSteps?: string
}

/** The seed's machines with an engine that counts, and supervisors in processes of their own. */
export interface SupervisedFleet {
  readonly hub: TestFleet
  readonly engine: CountingEngine
  /** Of this checkout: its queue, and what its ledger knows by itself. */
  readonly relayq: RelayQ
  /** Submits a job of its own, of a recording of `examples/audio` that is short. */
  submit(key: string, recording?: string): Promise<string>
  readonly audioUrl: string
  /** Starts a supervisor that looks every second, and is started again when it ends. */
  supervise(name: string): KeptProcess
  view(id: string): JobView
  readonly said: readonly string[]
}

const machines = [
  { name: 'macmini', labels: ['self-hosted', 'macmini', 'audio'] },
  { name: 'rpi4', labels: ['self-hosted', 'rpi4', 'audio'] },
  { name: 'rpi3', labels: ['self-hosted', 'rpi3', 'overflow', 'audio'] },
]

export async function startSupervisedFleet(
  t: Lifetime,
  options: SupervisedFleetOptions,
): Promise<SupervisedFleet> {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-engine-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  const engine = writeCountingEngine(folder, options.workSeconds)
  const audio = await serveAudio(join(import.meta.dirname, '../../examples/audio'))
  t.after(() => audio[Symbol.asyncDispose]())
  const workflow = `${shippedWorkflows['transcribe_audio.yml']}${options.lastSteps ?? ''}`
  const hub = await startTestFleet(t, {
    workflows: { 'transcribe_audio.yml': workflow },
    runners: machines,
    leaseSeconds: options.leaseSeconds ?? 3,
    config: [`RELAYQ_ALLOW_CIDRS=127.0.0.1/32:${audio.port}`, ...engine.config],
  })
  mkdirSync(join(hub.checkout, 'policy'))
  writeFileSync(join(hub.checkout, 'policy/policy.yaml'), routeOf(options.route))
  const relayq = await RelayQ.open({ env: hub.env, cwd: hub.checkout })
  t.after(() => relayq.close())
  const [queue, history] = await Promise.all([relayq.queue(), relayq.history()])
  const said: string[] = []
  return {
    hub,
    engine,
    relayq,
    said,
    audioUrl: audio.url('market'),
    submit: async (key, recording = 'market') => {
      const inputs = { url: audio.url(recording), formats: 'txt' }
      const outcome = await queue.submit({ kind: 'transcribe', inputs, key })
      if (outcome.kind === 'created') return outcome.job.id
      throw new Error(`not created: ${outcome.kind}`)
    },
    supervise: name => {
      const supervisor = new KeptProcess({
        name,
        args: [mainPath, 'supervise', '--interval', '1s'],
        env: hub.env,
        firstLine: async () => '',
        log: line => void said.push(line),
        graceMs: 5_000,
      })
      t.after(() => supervisor.stop())
      supervisor.start()
      return supervisor
    },
    view: id => {
      const view = history.view(id)
      if (view) return view
      throw new Error(`there is no job ${id}`)
    },
  }
}

function routeOf(lines: string): string {
  return `routes:\n  transcribe:\n${lines.trim().replace(/^ */gm, '    ')}\n`
}

/** Kills a process that is kept, without its keeper's starting it again. */
export async function killForGood(kept: KeptProcess): Promise<void> {
  kill(kept.identity?.pid)
  await kept.stop()
}

/** As when a machine loses its power: listener and worker end at once, and neither comes back. */
export async function killMachine({ fleet }: TestFleet, name: string): Promise<void> {
  const listener = fleet.processes.get(name)?.pid
  const workers = listener === undefined ? [] : childrenOf(listener)
  for (const pid of [listener, ...workers]) kill(pid)
  await fleet.stopRunner(name)
}

/** A process that has ended by itself meanwhile is as good as killed. */
export function kill(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): boolean {
  try {
    return pid !== undefined && process.kill(pid, signal)
  } catch {
    return false
  }
}
