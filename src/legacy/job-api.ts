import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { randomId } from '../base/id.ts'
import type { RedisFiles } from './files.ts'
import { runOf } from './present.ts'
import type { RunStore, StoredRun } from './run-store.ts'

/** The repository that jobs of a worker take theirs to be, named as GitHub names one. */
export const jobRepository = 'redis/relayq'

/**
 * The part of GitHub's API that `relayq run-job` asks with its step's own token, on loopback and for the job that runs
 * now: the other runs of its job, and a file that was sent along. So the guard against doing a job twice is the same one
 * here as everywhere, and no job learns how Redis is opened.
 */
export class JobApi {
  readonly #store: RunStore
  readonly #files: RedisFiles
  readonly #server: Server
  #token = ''
  #job = ''

  static async start(store: RunStore, files: RedisFiles): Promise<JobApi> {
    const api = new JobApi(store, files)
    api.#server.listen(0, '127.0.0.1')
    await once(api.#server, 'listening')
    return api
  }

  /** Use `start`. */
  constructor(store: RunStore, files: RedisFiles) {
    this.#store = store
    this.#files = files
    this.#server = createServer((request, response) => {
      void this.#answer(request, response).catch(() => response.destroy())
    })
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** A token for the next run, of this job; that of the one before is worth nothing any more. */
  admit(job: string): string {
    this.#job = job
    this.#token = randomId(32)
    return this.#token
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#token === '' || request.headers.authorization !== `token ${this.#token}`) {
      return refuse(response, 401, 'Bad credentials')
    }
    const { pathname } = new URL(request.url ?? '', this.url)
    const path = pathname.replace(`/repos/${jobRepository}`, '')
    const file = /^\/releases\/assets\/(\d{1,15})$/.exec(path)?.[1]
    if (request.method !== 'GET') return refuse(response, 405, 'Method Not Allowed')
    if (file !== undefined) return this.#sendFile(response, file)
    if (/^\/actions\/workflows\/[^/]+\/runs$/.test(path)) return this.#sendRuns(response)
    return refuse(response, 404, 'Not Found')
  }

  /** Newest first and on one page: only of the job itself, for that is what the guard looks for among them. */
  async #sendRuns(response: ServerResponse): Promise<void> {
    const runs = (await this.#store.ofJob(this.#job)).map(asGitHub).toReversed()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ total_count: runs.length, workflow_runs: runs }))
  }

  async #sendFile(response: ServerResponse, number: string): Promise<void> {
    const bytes = await this.#files.sizeOf(number)
    if (bytes === null) return refuse(response, 404, 'Not Found')
    response.setHeader('content-type', 'application/octet-stream')
    response.setHeader('content-length', bytes)
    await pipeline(this.#files.read(number), response)
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.statusCode = status
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ message }))
}

function asGitHub(run: StoredRun): object {
  const { id, title, status, conclusion, url, workflowPath, createdAt, updatedAt } = runOf(
    run,
    String(run.id),
  )
  return {
    ...{ id, status, conclusion, display_title: title, name: title, html_url: url, path: workflowPath },
    created_at: createdAt,
    updated_at: updatedAt,
  }
}
