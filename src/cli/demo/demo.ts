import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asError } from '../../base/errors.ts'
import { RelayQ } from '../../compose.ts'
import { hubFolder } from '../../config/hub-file.ts'
import { findPaths, pathsForJobs } from '../../config/paths.ts'
import type { Queue } from '../../queue/queue.ts'
import { LocalFleet } from '../fleet/local-fleet.ts'
import { defaultRunners, macMini } from '../fleet/runner-spec.ts'
import { type AudioServer, serveAudio } from './audio-server.ts'
import { packageFolder, type Sent, send } from './demo-program.ts'
import { type DemoOutcome, judge } from './outcome.ts'
import { type DemoJob, demoJobs } from './plan.ts'

export interface DemoReporter {
  started(hubPage: string, runners: readonly string[]): void
  sent(job: DemoJob, sent: Sent): void
  macLeft(): void
  macReturned(): void
  finished(job: DemoJob, outcome: DemoOutcome): void
  /** What hub and runners said of themselves: for when something goes wrong. */
  logged(line: string): void
}

const recordings = join(packageFolder, 'examples', 'audio')
const jobTimeoutMs = 120_000
/** Settings that would send the demo's jobs elsewhere, or its machines to other speech engines than they have. */
const foreignSettings = /^(RELAYQ_|GH_|GITHUB_|ASR_|WHISPER_|AI_API_KEY|OPENAI_|OPENROUTER_)/

/**
 * Starts the embedded GitHub with three machines, sends real speech through the commands a user has, and stops
 * everything. All state lives in a temporary folder; hub, runners and jobs are processes of their own.
 */
export async function runDemo(
  env: NodeJS.ProcessEnv,
  reporter: DemoReporter,
  signal: AbortSignal,
): Promise<readonly DemoOutcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-demo-'))
  try {
    await using audio = await serveAudio(recordings)
    await using stage = await setStage(folder, env, audio, reporter.logged)
    return await play(stage, audio, reporter, signal)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Stage extends AsyncDisposable {
  readonly fleet: LocalFleet
  readonly queue: Queue
  /** For the commands that send jobs: they find the hub by it and nothing else. */
  readonly env: NodeJS.ProcessEnv
}

async function setStage(
  folder: string,
  outer: NodeJS.ProcessEnv,
  audio: AudioServer,
  log: (line: string) => void,
): Promise<Stage> {
  const config = join(folder, 'config')
  mkdirSync(config, { mode: 0o700 })
  // The one door the demo opens for its jobs: this port of this machine.
  writeFileSync(join(config, 'env'), `RELAYQ_ALLOW_CIDRS=127.0.0.1/32:${audio.port}\n`, { mode: 0o600 })
  const cache = findPaths(outer).cache
  const own = Object.entries(outer).filter(([name]) => !foreignSettings.test(name))
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(own),
    ...pathsForJobs({ config, cache, state: join(folder, 'state') }),
  }
  const fleet = await LocalFleet.start({
    stateDir: hubFolder(findPaths(env), packageFolder),
    repositoryPath: packageFolder,
    host: '127.0.0.1',
    port: 0,
    leaseSeconds: 30,
    latencyMs: 0,
    actions: 'offline',
    actionArchiveCache: null,
    runners: defaultRunners,
    env,
    passEnv: pathsForJobs(findPaths(env)),
    log,
  })
  const { apiUrl, token, repository } = fleet.hub
  const found = {
    RELAYQ_API_URL: apiUrl,
    RELAYQ_TOKEN: token,
    GH_REPO: `${repository.owner}/${repository.name}`,
  }
  const relayq = await RelayQ.open({ env: { ...env, ...found }, cwd: packageFolder })
  return {
    fleet,
    queue: await relayq.queue(),
    env: { ...env, ...found },
    async [Symbol.asyncDispose]() {
      await relayq.close()
      await fleet.stop()
    },
  }
}

async function play(
  stage: Stage,
  audio: AudioServer,
  reporter: DemoReporter,
  signal: AbortSignal,
): Promise<readonly DemoOutcome[]> {
  const { fleet } = stage
  const perform = (job: DemoJob) => performJob(stage, job, audio.url(job.recording), reporter, signal)
  reporter.started(
    fleet.hub.loginUrl,
    defaultRunners.map(({ name }) => name),
  )
  await fleet.stopRunner(macMini.name)
  reporter.macLeft()
  const first = await Promise.all(demoJobs.filter(({ when }) => when === 'without_mac').map(perform))
  await fleet.startRunner(macMini)
  reporter.macReturned()
  const second = await Promise.all(demoJobs.filter(({ when }) => when === 'with_mac').map(perform))
  return Promise.all([...first, ...second].map(({ outcome }) => outcome))
}

/** Resolves when the job is sent; its outcome follows. */
async function performJob(
  stage: Stage,
  job: DemoJob,
  url: string,
  reporter: DemoReporter,
  signal: AbortSignal,
): Promise<{ readonly outcome: Promise<DemoOutcome> }> {
  const from = performance.now()
  const sent = await send(job, url, stage.env)
  reporter.sent(job, sent)
  const finish = async () => {
    const outcome = await awaitOutcome(stage.queue, job, sent.id, from, signal).catch(giveUp)
    reporter.finished(job, outcome)
    return outcome
  }
  return { outcome: finish() }
}

/** A job that cannot be followed has failed; the others go on. */
function giveUp(thrown: unknown): DemoOutcome {
  return { kind: 'failed', reason: asError(thrown).message }
}

async function awaitOutcome(
  queue: Queue,
  job: DemoJob,
  id: string,
  from: number,
  signal: AbortSignal,
): Promise<DemoOutcome> {
  const waited = await queue.wait(id, { timeoutMs: jobTimeoutMs, signal })
  if (signal.aborted) return { kind: 'failed', reason: 'interrupted' }
  if (waited.kind === 'still_pending') return { kind: 'failed', reason: 'it did not end in time' }
  const found = await queue.result(id)
  if (found.kind !== 'ready') return { kind: 'failed', reason: 'it left no result' }
  const text = found.result.files['txt']
  return judge(job, found.result, {
    transcript: text === undefined ? '' : readFileSync(join(found.directory, text), 'utf8'),
    reference: readFileSync(join(recordings, `${job.recording}.txt`), 'utf8'),
    totalSeconds: (performance.now() - from) / 1000,
  })
}
