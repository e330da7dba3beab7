import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'node:test'
import { type ServerType, serve } from '@hono/node-server'
import { Hono } from 'hono'
import type { JsonObject } from '../../src/base/json.ts'
import { type OpenedEngine, openEngine } from '../../src/hub/scheduler/engine.ts'
import type { RunRecord } from '../../src/hub/store/records.ts'
import { parseWorkflow } from '../../src/workflow/parse.ts'
import { TestRunner } from './protocol-runner.ts'

/** An engine behind a real socket, with a clock that only the test moves. */
export interface TestHub {
  readonly engine: OpenedEngine
  readonly base: string
  readonly stateDir: string
  /** Moves the clock with a tick after each step, of one second unless told otherwise. */
  pass(seconds: number, step?: number): void
  /** `yaml` begins at `jobs:`, or with other keys of a workflow; its trigger is added. */
  startRun(yaml: string, inputs?: JsonObject): Promise<RunRecord>
  /** Registers a runner and opens its session. */
  runner(
    name: string,
    labels: readonly string[],
    options?: { readonly ephemeral?: boolean },
  ): Promise<TestRunner>
  /** Resolves when the next message poll is open. */
  polled(): Promise<void>
  /** Ends the engine as a kill would, and opens the same store again behind the same address. */
  restart(): Promise<void>
  /** How often a job or the run itself came into this state. */
  transitions(runId: number, state: string): number
}

export async function openTestHub(t: TestContext): Promise<TestHub> {
  const stateDir = await mkdtemp(join(tmpdir(), 'relayq-hub-'))
  let now = Date.UTC(2026, 10, 23, 12)
  let base = ''
  const open = (): OpenedEngine =>
    openEngine({
      stateDir,
      clock: () => now,
      leaseSeconds: 30,
      urls: () => ({ base, server: base.replace('127.0.0.1', 'github.localhost'), api: `${base}/api/v3` }),
      repository: { owner: 'octo', name: 'queue', defaultBranch: 'main' },
    })
  const current = { engine: open(), app: new Hono() }
  current.app = mount(current.engine)
  const arrivals = new EventEmitter()
  const server = await listen(request => {
    if (request.url.includes('/broker/message')) setImmediate(() => arrivals.emit('poll'))
    return current.app.fetch(request)
  })
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  t.after(async () => {
    await current.engine.close()
    await closeServer(server)
    await rm(stateDir, { recursive: true })
  })

  return {
    get engine() {
      return current.engine
    },
    base,
    stateDir,
    pass(seconds, step = 1) {
      for (let passed = 0; passed < seconds; passed += step) {
        now += step * 1000
        current.engine.tick()
      }
    },
    async startRun(yaml, inputs = {}) {
      const workflow = await parseWorkflow('.github/workflows/w.yml', `on: workflow_dispatch\n${yaml}`)
      return current.engine.startRun({
        workflow,
        ref: 'refs/heads/main',
        headSha: 'a'.repeat(40),
        actor: 'octo',
        inputs,
      })
    },
    runner: (name, labels, options) =>
      TestRunner.open({ engine: current.engine, base, name, labels, ...options }),
    async polled() {
      await once(arrivals, 'poll')
    },
    async restart() {
      await current.engine.close()
      current.engine = open()
      current.app = mount(current.engine)
    },
    transitions: (runId, state) => countTransitions(stateDir, runId, state),
  }
}

function mount(engine: OpenedEngine): Hono {
  return new Hono()
    .route('/', engine.runnerRoutes())
    .route('/', engine.resultsRoutes())
    .route('/', engine.blobRoutes())
}

function listen(fetch: (request: Request) => Response | Promise<Response>): Promise<ServerType> {
  const { promise, resolve } = Promise.withResolvers<ServerType>()
  const server = serve({ fetch, hostname: '127.0.0.1', port: 0 }, () => resolve(server))
  return promise
}

async function closeServer(server: ServerType): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  if ('closeAllConnections' in server) server.closeAllConnections()
  await closed
}

/** Reads the file as anyone could, beside the engine. */
function countTransitions(stateDir: string, runId: number, state: string): number {
  const db = new DatabaseSync(join(stateDir, 'hub.db'), { readOnly: true })
  try {
    const row = db
      .prepare('SELECT count(*) AS n FROM transition WHERE run_id = ? AND state = ?')
      .get(runId, state)
    return Number(row?.['n'])
  } finally {
    db.close()
  }
}
