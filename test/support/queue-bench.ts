import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { systemErrorCode } from '../../src/base/errors.ts'
import { Ledger, openLedgerFile } from '../../src/ledger/ledger.ts'
import type { LedgerJob } from '../../src/ledger/records.ts'
import type { JobResult } from '../../src/model/result.ts'
import { parsePolicy } from '../../src/policy/parse.ts'
import type { QueueContext } from '../../src/queue/context.ts'
import type { JobView } from '../../src/queue/job-view.ts'
import { Queue } from '../../src/queue/queue.ts'
import type { SubmitRequest } from '../../src/queue/submit.ts'
import { Supervision } from '../../src/queue/supervision.ts'
import { MemoryBroker } from './memory-broker.ts'
import { zipOf } from './zip.ts'

/** A queue over a broker in memory, with time that moves only when something sleeps or a test says so. */
export interface Bench {
  readonly queue: Queue
  /** Over the same broker and ledger, as a supervisor of this name. */
  supervision(id: string): Supervision
  readonly broker: MemoryBroker
  readonly ledger: Ledger
  /** The ledger's own connection, to make trouble for it. */
  readonly file: DatabaseSync
  /** Holds ledger.db and results/. */
  readonly folder: string
  /** What `sizeOf` answers; absent: unknown. */
  readonly sizes: Map<string, number>
  /** The public keys of machines, by name. */
  readonly keys: Map<string, string>
  advance(ms: number): void
  sleptMs(): number
  /** Called before each sleep returns. */
  onSleep(act: () => void): void
  finishWithResult(
    runId: number,
    runner: string,
    contents: Readonly<Record<string, string>>,
    files: JobResult['files'],
    error?: JobResult['error'],
    relayqId?: string,
  ): Promise<void>
  finishWithArchive(runId: number, archive: Buffer): Promise<void>
  read(path: string): Promise<string>
  resultFolders(): Promise<readonly string[]>
  close(): Promise<void>
}

/** When a bench's time begins. */
export const benchStart = Date.parse('2026-01-01T00:00:00Z')

export const benchPolicy = `routes:
  transcribe:
    prefer: [macmini]
    fallback: [rpi4]
    constraints: {needs_ffmpeg: true, max_size_mb: 1000}
`

export async function openBench(
  policy = benchPolicy,
  options: { readonly removesArtifacts?: boolean; readonly encrypts?: boolean } = {},
): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-queue-'))
  const broker = new MemoryBroker()
  broker.addRunner('macmini', ['macmini', 'audio', 'ffmpeg'])
  broker.addRunner('rpi4', ['rpi4', 'audio'])
  const file = openLedgerFile(join(folder, 'ledger.db'))
  const ledger = new Ledger(file)
  const sizes = new Map<string, number>()
  const keys = new Map<string, string>()
  const time = { now: benchStart, slept: 0, onSleep: (): void => undefined }
  const context: QueueContext = {
    broker,
    ledger,
    loadPolicy: async () => parsePolicy(policy, 'policy.yaml'),
    clock: () => time.now,
    sleep: async ms => {
      time.now += ms
      time.slept += ms
      time.onSleep()
    },
    sizeOf: async url => sizes.get(url) ?? null,
    encryption: { isUsual: () => options.encrypts ?? false, keys: () => keys },
    cwd: folder,
    localScript: async () => null,
    dataDir: folder,
    removesArtifacts: options.removesArtifacts ?? false,
    ref: 'main',
  }
  const finishWithArchive = async (runId: number, archive: Buffer): Promise<void> => {
    broker.setArtifact(runId, archive)
    broker.finish(runId, 'success')
  }
  return {
    queue: new Queue(context),
    supervision: id => new Supervision(context, id),
    broker,
    ledger,
    file,
    folder,
    sizes,
    keys,
    advance: ms => {
      time.now += ms
    },
    sleptMs: () => time.slept,
    onSleep: act => {
      time.onSleep = act
    },
    finishWithResult: async (runId, runner, contents, files, error = null, relayqId = '') => {
      const result = JSON.stringify({ ...jobResult(files, error), relayqId })
      broker.start(runId, runner)
      broker.setArtifact(runId, await zipOf({ 'result.json': result, ...contents }))
      broker.finish(runId, error ? 'failure' : 'success')
    },
    finishWithArchive,
    read: path => readFile(path, 'utf8'),
    resultFolders: async () => listFolder(join(folder, 'results')),
    close: async () => {
      ledger.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export const exampleUrl = 'https://example.com/a.mp3'

/** Submits the example (or a variation of it) as a job of its own. */
export async function submitted(bench: Bench, extra: Partial<SubmitRequest> = {}): Promise<LedgerJob> {
  const request = { kind: 'transcribe', inputs: { url: exampleUrl }, ...extra }
  const outcome = await bench.queue.submit(request)
  assert.equal(outcome.kind, 'created')
  return outcome.job
}

export async function viewOf(bench: Bench, id: string): Promise<JobView> {
  const view = await bench.queue.view(id)
  assert.equal(view.kind, 'job')
  return view
}

/** A zip of these files; names are written as they are, also ones that lead out of the folder. */
async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}

function jobResult(files: JobResult['files'], error: JobResult['error']): JobResult {
  return {
    ...{
      schema: 'relayq.result/1',
      kind: 'transcribe',
      relayqId: '',
      status: error ? 'failed' : 'succeeded',
    },
    ...{ error, files, warnings: [], doubts: [], media: null, engine: null, engines: [], costs: [] },
    timing: null,
    runner: { name: 'as the job says', ffmpeg: false, memoryMb: 4096, cores: 4, tools: ['git'] },
    ...{ startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:01Z' },
  }
}
