import { isJsonObject } from '../base/json.ts'
import type { GitHubClient } from './client.ts'
import { statusOf } from './errors.ts'
import { fieldsOf, runnerFrom } from './read.ts'
import { generateJitConfig, type RunnerRegistration } from './runners.ts'
import { mayRegister } from './token-rights.ts'

/**
 * How a machine joins and leaves, on GitHub's REST API: what src/provision calls an Enrolment. The token needs
 * Administration (write) on the repository (docs.github.com, "Permissions required for fine-grained personal access tokens").
 */
export class GitHubEnrolment {
  readonly apiUrl: string
  readonly repositoryUrl: string
  readonly owner: string
  readonly repo: string
  readonly jitLasts: boolean
  /** The server's clock minus this machine's, in ms; null: it does not say. */
  readonly clockAheadMs: number | null
  readonly #client: GitHubClient

  /** Asks whose repository it is, and whether a hub answers: that names itself in every answer. */
  static async open(client: GitHubClient): Promise<GitHubEnrolment> {
    const { headers } = await client.get('')
    const date = Date.parse(headers.get('date') ?? '')
    return new GitHubEnrolment(client, {
      isHub: headers.has('x-relayq-instance'),
      // The header has no fractions: half a second is the middle of what it leaves open.
      clockAheadMs: Number.isNaN(date) ? null : date + 500 - Date.now(),
    })
  }

  /** Use `open`. `isHub`: it keeps a JIT registration after the first job. */
  constructor(
    client: GitHubClient,
    { isHub, clockAheadMs }: { readonly isHub: boolean; readonly clockAheadMs: number | null },
  ) {
    const { apiUrl, owner, repo } = client.target
    this.apiUrl = apiUrl
    this.owner = owner
    this.repo = repo
    this.repositoryUrl = `${webUrlOf(apiUrl)}/${owner}/${repo}`
    this.jitLasts = isHub
    this.clockAheadMs = clockAheadMs
    this.#client = client
  }

  mayRegister(): Promise<boolean> {
    return mayRegister(this.#client)
  }

  async downloads() {
    const { data } = await this.#client.get('/actions/runners/downloads')
    return (Array.isArray(data) ? data : []).map(each => {
      const fields = fieldsOf(each, 'runner package')
      return {
        os: fields.text('os'),
        architecture: fields.text('architecture'),
        filename: fields.text('filename'),
        url: fields.text('download_url'),
        sha256: fields.optionalText('sha256_checksum') || null,
        token: fields.optionalText('temp_download_token') || null,
      }
    })
  }

  /** The list's filter `name` is GitHub's; the comparison is ours, since older servers do not know it. */
  async find(name: string) {
    for await (const item of this.#client.list('/actions/runners', 'runners', { name })) {
      const runner = runnerFrom(item)
      if (runner.name.toLowerCase() === name.toLowerCase()) return runner
    }
    return null
  }

  async trusted() {
    const actors = [...new Set([this.owner, ...(await this.#login())])]
    return { workflows: await this.#workflows(), actors }
  }

  async registrationToken(): Promise<string> {
    const { data } = await this.#client.post('/actions/runners/registration-token')
    return fieldsOf(data, 'registration token').text('token')
  }

  jitConfig(runner: RunnerRegistration): Promise<string> {
    return generateJitConfig(this.#client, runner)
  }

  /**
   * From when on a version of actions/runner gets no jobs (ISO 8601; docs/protocol.md, "Runner versions"); null: that is not
   * decided, or this server or plan does not say.
   */
  async jobsEndAt(version: string): Promise<string | null> {
    try {
      const { data } = await this.#client.get(`/actions/runners/deprecations/${encodeURIComponent(version)}`)
      return fieldsOf(data, 'deadline of a version').optionalText('runtime_deprecates_at')
    } catch (thrown) {
      const status = statusOf(thrown)
      if (status === 403 || status === 404) return null
      throw thrown
    }
  }

  async remove(id: number): Promise<boolean> {
    try {
      await this.#client.delete(`/actions/runners/${id}`)
      return true
    } catch (thrown) {
      if (statusOf(thrown) === 404) return false
      throw thrown
    }
  }

  /** Empty for a token that may register runners and no more: reading workflows is another permission (Actions). */
  async #workflows(): Promise<readonly string[]> {
    try {
      const paths = await Array.fromAsync(this.#client.list('/actions/workflows', 'workflows'), item =>
        fieldsOf(item, 'workflow').text('path'),
      )
      return paths.map(path => path.split('/').at(-1) ?? '')
    } catch (thrown) {
      if (statusOf(thrown) === 403) return []
      throw thrown
    }
  }

  /** Whose the token is; empty for one of an app, which is nobody's. */
  async #login(): Promise<readonly string[]> {
    try {
      const { data } = await this.#client.getRoot('/user')
      return isJsonObject(data) && typeof data['login'] === 'string' ? [data['login']] : []
    } catch (thrown) {
      const status = statusOf(thrown)
      if (status === 403 || status === 404) return []
      throw thrown
    }
  }
}

/** Where people see the repository: `api.github.com` is `github.com`, GHES and the hub serve their API below it. */
function webUrlOf(apiUrl: string): string {
  const { protocol, host, origin } = new URL(apiUrl)
  return host.startsWith('api.') ? `${protocol}//${host.slice('api.'.length)}` : origin
}
