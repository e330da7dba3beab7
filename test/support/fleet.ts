import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LocalFleet } from '../../src/cli/fleet/local-fleet.ts'
import type { RunnerSpec } from '../../src/cli/fleet/runner-spec.ts'
import { hubFolder } from '../../src/config/hub-file.ts'
import { findPaths } from '../../src/config/paths.ts'
import { GitHubBroker } from '../../src/github/broker.ts'
import { GitHubClient } from '../../src/github/client.ts'
import type { Run, WorkflowJob } from '../../src/model/run.ts'
import { testCompileCache } from './compile-cache.ts'

/** What is started for a test is ended after it; a benchmark has such an end too. */
export interface Lifetime {
  after(end: () => unknown): void
}

export interface TestFleetOptions {
  /** File name → text, committed to a repository of the test's own. */
  readonly workflows: Readonly<Record<string, string>>
  /** Place in that repository → folder that is copied there. */
  readonly folders?: Readonly<Record<string, string>>
  readonly runners?: readonly RunnerSpec[]
  readonly leaseSeconds?: number
  /** Lines of the machines' env file. */
  readonly config?: readonly string[]
  /** Of hub and listeners, besides what they need. */
  readonly env?: NodeJS.ProcessEnv
  readonly actionArchiveCache?: string
}

export interface TestFleet {
  readonly folder: string
  /** The repository whose workflows are served. Its hub keeps its state where the commands of this checkout look for it. */
  readonly checkout: string
  /** Of the commands of this checkout's owner: a home, a state and a configuration of their own. */
  readonly env: NodeJS.ProcessEnv
  readonly stateDir: string
  readonly fleet: LocalFleet
  readonly broker: GitHubBroker
  /** Everything hub and runners said on stderr. */
  readonly said: readonly string[]
  start(workflow: string, inputs?: Readonly<Record<string, string>>): Promise<number>
}

/** Hub and runners as `relayq up` starts them: separate processes, separate folders, all below one temporary folder. */
export async function startTestFleet(t: Lifetime, options: TestFleetOptions): Promise<TestFleet> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'relayq-fleet-')))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  const checkout = commitRepository(join(folder, 'queue'), options.workflows, options.folders)
  const config = join(folder, 'config')
  mkdirSync(config, { mode: 0o700 })
  writeFileSync(join(config, 'env'), `${(options.config ?? []).join('\n')}\n`, { mode: 0o600 })
  const said: string[] = []
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    NODE_COMPILE_CACHE: testCompileCache,
    XDG_STATE_HOME: join(folder, 'state'),
    ...options.env,
  }
  const stateDir = hubFolder(findPaths(env), checkout)
  const fleet = await LocalFleet.start({
    stateDir,
    repositoryPath: checkout,
    host: '127.0.0.1',
    port: 0,
    leaseSeconds: options.leaseSeconds ?? 30,
    latencyMs: 0,
    actions: 'offline',
    actionArchiveCache: options.actionArchiveCache ?? null,
    runners: options.runners ?? [{ name: 'box', labels: ['self-hosted', 'box'] }],
    env,
    passEnv: { RELAYQ_CONFIG_HOME: config },
    log: line => void said.push(line),
  })
  t.after(() => fleet.stop())
  const { apiUrl, token, repository } = fleet.hub
  const client = new GitHubClient({ apiUrl, token, owner: repository.owner, repo: repository.name })
  t.after(() => client.close())
  const broker = new GitHubBroker(client, { description: 'the hub' })
  return {
    folder,
    checkout,
    env: { ...env, RELAYQ_CONFIG_HOME: config, RELAYQ_CHECKOUT: checkout },
    stateDir,
    fleet,
    broker,
    said,
    start: async (workflow, inputs = {}) => {
      const outcome = await broker.dispatch({ workflow, ref: 'main', inputs })
      if (outcome.kind === 'accepted' && outcome.runId !== null) return outcome.runId
      throw new Error(`not accepted: ${JSON.stringify(outcome)}`)
    },
  }
}

/** A repository with one commit on `main`; the machine's own git settings play no part. */
export function commitRepository(
  path: string,
  workflows: Readonly<Record<string, string>>,
  folders: Readonly<Record<string, string>> = {},
): string {
  mkdirSync(join(path, '.github/workflows'), { recursive: true })
  for (const [place, folder] of Object.entries(folders))
    cpSync(folder, join(path, place), { recursive: true })
  for (const [name, text] of Object.entries(workflows)) {
    writeFileSync(join(path, '.github/workflows', name), text)
  }
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', path, ...args], {
      stdio: 'pipe',
      env: {
        PATH: process.env['PATH'],
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_SYSTEM: '/dev/null',
        GIT_AUTHOR_NAME: 'test',
        GIT_AUTHOR_EMAIL: 'test@example.com',
        GIT_COMMITTER_NAME: 'test',
        GIT_COMMITTER_EMAIL: 'test@example.com',
      },
    })
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-q', '-m', 'Workflows')
  return path
}

/** Asks again until there is an answer. Bounded: a test that waits for nothing fails with what it waited for. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null> | T | null,
  boundMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + boundMs
  while (Date.now() < deadline) {
    const answer = await ask()
    if (answer !== null) return answer
    await delay(25)
  }
  throw new Error(`waited ${boundMs} ms for ${what}`)
}

/** The run's only job, as soon as its log, read through the API, has the text. */
export function untilLogged(fleet: TestFleet, runId: number, text: string): Promise<WorkflowJob> {
  return until(`"${text}" in the log of run ${runId}`, async () => {
    const [job] = await fleet.broker.listJobs(runId)
    const log = job ? await fleet.broker.readJobLog(job.id) : null
    return job && log?.includes(text) ? job : null
  })
}

export function untilCompleted(fleet: TestFleet, runId: number, boundMs = 20_000): Promise<Run> {
  return until(
    `the end of run ${runId}`,
    async () => {
      const run = await fleet.broker.getRun(runId)
      return run?.status === 'completed' ? run : null
    },
    boundMs,
  )
}

/** The pids whose parent is `pid`. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(child => parentOf(child) === pid)
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return null
  }
}

/** What the steps of a job printed behind `=> `: the echo of their scripts, which a log begins with, does not begin so. */
export function saidIn(log: string): readonly string[] {
  return log.split('\n').flatMap(line => /^\S+Z => (.*)/.exec(line)?.[1] ?? [])
}
