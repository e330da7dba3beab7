import { Octokit } from '@octokit/core'
import { paginateRest } from '@octokit/plugin-paginate-rest'
import { HttpClient } from '../base/http.ts'
import { retry } from '../base/retry.ts'
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
   * Runs once, beside the first read and before the first write: rejects when the server is not the one meant. So the
   * check costs no round trip of its own.
   */
  readonly verify?: () => Promise<void>
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

  constructor(target: GitHubTarget, options: GitHubClientOptions = {}) {
    this.target = target
    this.repository = { owner: target.owner, repo: target.repo }
    this.http = new HttpClient()
    this.api = new PagingOctokit({
      auth: target.token,
      baseUrl: target.apiUrl,
      userAgent: 'relayq',
      request: {
        fetch: octokitFetch(this.http),
        ...(options.signal ? { signal: options.signal } : {}),
      },
    })
    const verified = once(options.verify ?? (async () => {}))
    this.api.hook.wrap('request', async (request, parameters) => {
      parameters.headers['x-github-api-version'] ??= apiVersion
      try {
        if (!reads.has(parameters.method)) {
          await verified()
          return await request(parameters)
        }
        const [answer] = await Promise.all([
          retry(async () => request(parameters), {
            attempts: 3,
            firstDelayMs: 200,
            isRetryable: isPassingFault,
          }),
          verified(),
        ])
        return answer
      } catch (thrown) {
        throw translateError(thrown, target.apiUrl)
      }
    })
  }

  close(): void {
    this.http.close()
  }
}

function once(operation: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | null = null
  return () => {
    result ??= operation()
    return result
  }
}
