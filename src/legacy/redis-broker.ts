import { rename, rm, writeFile } from 'node:fs/promises'
import type { Redis } from 'ioredis'
import { asError, RelayError } from '../base/errors.ts'
import type {
  Broker,
  CancelAnswer,
  DispatchOutcome,
  DispatchRequest,
  FileToPut,
  FolderListing,
  KeptFile,
  RunQuery,
} from '../model/broker.ts'
import { resultArtifactName } from '../model/result.ts'
import type { Annotation, Artifact, Run, WorkflowJob } from '../model/run.ts'
import type { Runner } from '../model/runner.ts'
import { asking, isRefusal, openConnection, publicUrl, type RedisPlace } from './connection.ts'
import { RedisFiles } from './files.ts'
import { LabelQueues } from './label-queues.ts'
import { loadPackages, type RedisPackages } from './packages.ts'
import { jobOf, runOf } from './present.ts'
import { RunStore } from './run-store.ts'
import { RedisRunners } from './runners.ts'
import { onlyRef, planRun } from './workflows.ts'

/**
 * The Broker port on BullMQ and Redis: RelayQ's earlier architecture. A run is a record in Redis, whose turn BullMQ
 * decides; its one workflow job, its artifact and its log bear the run's number. What it cannot do stands in
 * legacy/ARCHIVE.md.
 */
export class RedisBroker implements Broker {
  readonly id: string
  readonly description: string
  readonly offersHosted = false
  readonly #place: RedisPlace
  readonly #redis: Redis
  readonly #store: RunStore
  readonly #queues: LabelQueues
  readonly #files: RedisFiles
  readonly #runners: RedisRunners

  /** Nothing is asked of Redis yet. Throws `tool_missing` without the packages. */
  static async open(place: RedisPlace): Promise<RedisBroker> {
    return new RedisBroker(place, await loadPackages())
  }

  /** Use `open`. */
  constructor(place: RedisPlace, packages: RedisPackages) {
    this.id = `${publicUrl(place)}#${place.prefix}`
    this.description = `the Redis queue ${place.prefix} at ${publicUrl(place)}`
    this.#place = place
    this.#redis = openConnection(packages, place, { lasting: false })
    this.#store = new RunStore(this.#redis, place.prefix)
    this.#queues = new LabelQueues(packages, this.#redis, place.prefix, this.#store)
    this.#files = new RedisFiles(this.#redis, place.prefix)
    this.#runners = new RedisRunners(this.#redis, place.prefix)
  }

  async dispatch(request: DispatchRequest): Promise<DispatchOutcome> {
    const planned = planRun(request)
    if (planned.kind === 'rejected') return planned
    // A Redis that is away is known to have started nothing.
    await this.#ask(() => this.#redis.ping())
    try {
      const id = await this.#store.create(planned.run)
      // From here on the run exists: where it cannot be sent now, whoever looks for it sends it, or the next worker.
      await this.#queues.send({ id, labels: planned.run.labels }).catch(() => {})
      return { kind: 'accepted', runId: id, runUrl: this.#urlOf(id) }
    } catch (thrown) {
      if (isRefusal(thrown)) return this.#ask(() => Promise.reject(thrown))
      return { kind: 'unknown', message: asError(thrown).message }
    }
  }

  async findRun({ nonce }: { workflow: string; nonce: string; since: string }): Promise<Run | null> {
    return this.#ask(async () => {
      const runs = await this.#store.ofJob(nonce.split('.')[0] ?? '')
      const found = runs.findLast(({ title }) => title.endsWith(`[${nonce}]`))
      if (!found) return null
      if (await this.#store.isUnsent(found.id)) await this.#queues.send(found)
      return runOf(found, this.#urlOf(found.id))
    })
  }

  async listRuns({ status, since, most }: RunQuery): Promise<readonly Run[]> {
    return this.#ask(async () => {
      const from = since === undefined ? 0 : Date.parse(since)
      const found: Run[] = []
      for await (const run of this.#store.newestFirst(status === undefined ? 'runs' : 'active')) {
        if (found.length >= most || run.createdAt < from) break
        if (status === undefined || run.status === status) found.push(runOf(run, this.#urlOf(run.id)))
      }
      return found
    })
  }

  async getRun(runId: number): Promise<Run | null> {
    const run = await this.#ask(() => this.#store.get(runId))
    return run && runOf(run, this.#urlOf(runId))
  }

  async listJobs(runId: number): Promise<readonly WorkflowJob[]> {
    const run = await this.#ask(() => this.#store.get(runId))
    return run ? [jobOf(run)] : []
  }

  cancelRun(runId: number): Promise<CancelAnswer> {
    return this.#cancel(runId, 'ask')
  }

  forceCancelRun(runId: number): Promise<CancelAnswer> {
    return this.#cancel(runId, 'force')
  }

  readJobLog(jobId: number): Promise<string | null> {
    return this.#ask(() => this.#store.readLog(jobId))
  }

  async listAnnotations(jobId: number): Promise<readonly Annotation[]> {
    return (await this.#ask(() => this.#store.get(jobId)))?.annotations ?? []
  }

  async listArtifacts(runId: number): Promise<readonly Artifact[]> {
    const sizeBytes = await this.#ask(() => this.#store.resultBytes(runId))
    return sizeBytes === 0 ? [] : [{ id: runId, name: resultArtifactName, sizeBytes, expired: false }]
  }

  async downloadArtifact(artifactId: number, path: string): Promise<void> {
    const archive = await this.#ask(() => this.#store.readResult(artifactId))
    if (!archive) {
      throw new RelayError(
        'download_failed',
        `Redis does not hold the result of run ${artifactId} any more.`,
        {
          hint: 'Results are kept for three days, or until they are fetched.',
        },
      )
    }
    const partial = `${path}.part`
    try {
      await writeFile(partial, archive)
      await rename(partial, path)
    } catch (thrown) {
      await rm(partial, { force: true })
      throw thrown
    }
  }

  putFile(file: FileToPut): Promise<string> {
    return this.#ask(() => this.#files.put(file))
  }

  removeFile(id: string): Promise<void> {
    return this.#ask(() => this.#files.remove(id))
  }

  listFiles(): Promise<readonly KeptFile[]> {
    return this.#ask(() => this.#files.list())
  }

  removeArtifact(artifactId: number): Promise<void> {
    return this.#ask(() => this.#store.removeResult(artifactId))
  }

  listRunners(): Promise<readonly Runner[]> {
    return this.#ask(() => this.#runners.list())
  }

  async defaultBranch(): Promise<string> {
    return onlyRef
  }

  async listFolder(): Promise<FolderListing> {
    return { kind: 'no_repository' }
  }

  close(): void {
    void this.#queues.close().catch(() => {})
    this.#redis.disconnect()
  }

  async #cancel(runId: number, how: 'ask' | 'force'): Promise<CancelAnswer> {
    return this.#ask(async () => {
      const answer = await this.#store.cancel(runId, how)
      const run = answer === 'accepted' ? await this.#store.get(runId) : null
      // Only to keep the queue short: a worker that takes a run which is over lets it be.
      if (run?.status === 'completed') await this.#queues.drop(run).catch(() => {})
      return answer
    })
  }

  #ask<T>(ask: () => Promise<T>): Promise<T> {
    return asking(this.#place, ask)
  }

  /** No browser opens it, but `relayq view` and the others take it as they take the address of a run on GitHub. */
  #urlOf(id: number): string {
    return `${publicUrl(this.#place)}/${this.#place.prefix}/actions/runs/${id}`
  }
}
