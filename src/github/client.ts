import { Octokit } from '@octokit/core'
import { paginateRest } from '@octokit/plugin-paginate-rest'
import { RelayError } from '../base/errors.ts'
import { HttpClient } from '../base/http.ts'
import { retry } from '../base/retry.ts'
import type { EarlyRequest } from './early-request.ts'
import { isPassingFault, translateError } from './errors.ts'
import { octokitFetch } from './octokit-fetch.ts'

export interface GitHubTarget {
  /** `https://api.github.com`, `https://ghe.example.com/api/v3`, `http://127.0.0.1:PORT/api/v3`; no slash at the end. */
  readonly apiUrl: string
  readonly token: string
  readonly owner: string
  readonly repo: string
}

interface GitHubClientOptions {
  /**
   * Which start of a hub is meant: each of its answers names it, so the check costs no round trip of its own. Asked
   * again when an answer names another, since a hub may be started anew; one that is still not meant is
   * `broker_unreachable`. null: any server will do.
   */
  readonly instanceId?: () => string | null
  /** A request that was sent by `http` before this client was loaded. */
  readonly early?: EarlyRequest | null
  readonly http?: HttpClient
  readonly signal?: AbortSignal
}

const apiVersion = '2022-11-28'
const reads = new Set(['GET', 'HEAD'])
const PagingOctokit = Octokit.plugin(paginateRest)

export type GitHubApi = InstanceType<typeof PagingOctokit>

/**
 * One repository at one server. Reads are tried three times when the network or the server stumbles, everything else is
 * sent exactly once; Octokit's own throttle and retry plugins are left out because they repeat POSTs and pace writes.
 */
export class GitHubClient {
  readonly target: GitHubTarget
  readonly http: HttpClient
  readonly api: GitHubApi
  /** The path parameters that every route of a repository takes. */
  readonly repository: { readonly owner: string; readonly repo: string }
  readonly #currentInstance: () => string | null
  #instance: string | null

  constructor(target: GitHubTarget, options: GitHubClientOptions = {}) {
    this.target = target
    this.repository = { owner: target.owner, repo: target.repo }
    this.#currentInstance = options.instanceId ?? (() => null)
    this.#instance = this.#currentInstance()
    this.http = options.http ?? new HttpClient()
    this.api = new PagingOctokit({
      auth: target.token,
      baseUrl: target.apiUrl,
      userAgent: 'relayq',
      request: {
        fetch: octokitFetch(this.http, options.early ?? null),
        ...(options.signal ? { signal: options.signal } : {}),
      },
    })
    this.api.hook.wrap('request', async (request, parameters) => {
      parameters.headers['x-github-api-version'] ??= apiVersion
      const attempts = reads.has(parameters.method) ? 3 : 1
      try {
        const answer = await retry(async () => request(parameters), {
          attempts,
          firstDelayMs: 200,
          isRetryable: isPassingFault,
        })
        this.#requireInstance(answer.headers['x-relayq-instance'])
        return answer
      } catch (thrown) {
        throw translateError(thrown, target.apiUrl)
      }
    })
  }

  #requireInstance(answered: unknown): void {
    if (this.#instance === null || answered === this.#instance) return
    this.#instance = this.#currentInstance()
    if (answered === this.#instance) return
    throw new RelayError('broker_unreachable', `Another server answers at ${this.target.apiUrl}.`, {
      hint: 'See what listens there, or start the hub anew: relayq down, then relayq up',
    })
  }

  close(): void {
    this.http.close()
  }
}
