import { RelayError } from '../base/errors.ts'
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
import type { Annotation, Artifact, Run, WorkflowJob } from '../model/run.ts'
import type { Runner } from '../model/runner.ts'
import type { Answer, GitHubClient } from './client.ts'
import { dispatchWorkflow } from './dispatch.ts'
import { statusOf, unlessMissing } from './errors.ts'
import { annotationFrom, artifactFrom, fieldsOf, jobFrom, runFrom, runnerFrom } from './read.ts'
import { organisationRunners } from './runners.ts'
import { dispatchedRuns } from './workflow-runs.ts'

/** Items of a page unless fewer are wanted. */
const largestPage = 100
/** A log longer than this is read in a browser. */
const maxLogBytes = 256 * 1024 * 1024

interface GitHubBrokerOptions {
  readonly description: string
  /** Where it is known already, no request is spent on it. */
  readonly defaultBranch?: string | null
  /** The owner is an organisation, whose own runners may take this repository's jobs. */
  readonly organisation?: boolean
}

/** The Broker port on GitHub's REST API: github.com, GHES and the embedded hub alike. Downloads are loaded when needed. */
export class GitHubBroker implements Broker {
  readonly id: string
  readonly description: string
  readonly offersHosted: boolean
  readonly #client: GitHubClient
  readonly #organisation: boolean
  #defaultBranch: string | null

  constructor(client: GitHubClient, options: GitHubBrokerOptions) {
    const { apiUrl, owner, repo } = client.target
    this.id = `${apiUrl}#${owner}/${repo}`
    this.description = options.description
    this.offersHosted = /(^|\.)(github\.com|ghe\.com)$/.test(new URL(apiUrl).hostname)
    this.#client = client
    this.#organisation = options.organisation ?? false
    this.#defaultBranch = options.defaultBranch ?? null
  }

  dispatch(request: DispatchRequest): Promise<DispatchOutcome> {
    return dispatchWorkflow(this.#client, request)
  }

  async findRun(query: { workflow: string; nonce: string; since: string }): Promise<Run | null> {
    const created = `>=${query.since}`
    for await (const run of dispatchedRuns(this.#client, query.workflow, { created })) {
      if (run.title.endsWith(`[${query.nonce}]`)) return run
    }
    return null
  }

  async listRuns({ status, since, most }: RunQuery): Promise<readonly Run[]> {
    const filter = {
      event: 'workflow_dispatch',
      ...(most < largestPage ? { per_page: most } : {}),
      ...(status === undefined ? {} : { status }),
      ...(since === undefined ? {} : { created: `>=${since}` }),
    }
    const runs: Run[] = []
    for await (const item of this.#client.list('/actions/runs', 'workflow_runs', filter, {
      remember: true,
    })) {
      if (runs.length >= most) break
      runs.push(runFrom(item))
    }
    return runs
  }

  getRun(runId: number): Promise<Run | null> {
    return unlessMissing(async () => runFrom((await this.#client.get(`/actions/runs/${runId}`)).data))
  }

  listJobs(runId: number): Promise<readonly WorkflowJob[]> {
    return Array.fromAsync(this.#client.list(`/actions/runs/${runId}/jobs`, 'jobs'), jobFrom)
  }

  cancelRun(runId: number): Promise<CancelAnswer> {
    return this.#end(runId, 'cancel')
  }

  forceCancelRun(runId: number): Promise<CancelAnswer> {
    return this.#end(runId, 'force-cancel')
  }

  readJobLog(jobId: number): Promise<string | null> {
    return unlessMissing(async () => {
      const answer = await this.#client.get(`/actions/jobs/${jobId}/logs`)
      const { downloadText } = await import('./download.ts')
      return downloadText(this.#client, locationOf(answer), maxLogBytes)
    })
  }

  /** On GitHub a workflow job is a check run, and has its id. */
  listAnnotations(jobId: number): Promise<readonly Annotation[]> {
    return Array.fromAsync(this.#client.list(`/check-runs/${jobId}/annotations`, null), annotationFrom)
  }

  listArtifacts(runId: number): Promise<readonly Artifact[]> {
    return Array.fromAsync(this.#client.list(`/actions/runs/${runId}/artifacts`, 'artifacts'), artifactFrom)
  }

  async downloadArtifact(artifactId: number, path: string): Promise<void> {
    const answer = await this.#client.get(`/actions/artifacts/${artifactId}/zip`)
    const { downloadTo } = await import('./download.ts')
    await downloadTo(this.#client, locationOf(answer), path)
  }

  async putFile(file: FileToPut): Promise<string> {
    return (await import('./files.ts')).putFile(this.#client, file)
  }

  async removeFile(id: string): Promise<void> {
    await (await import('./files.ts')).removeFile(this.#client, id)
  }

  async listFiles(): Promise<readonly KeptFile[]> {
    return (await import('./files.ts')).listFiles(this.#client)
  }

  async removeArtifact(artifactId: number): Promise<void> {
    await unlessMissing(() => this.#client.delete(`/actions/artifacts/${artifactId}`))
  }

  async listRunners(): Promise<readonly Runner[]> {
    const [own, shared] = await Promise.all([
      Array.fromAsync(this.#client.list('/actions/runners', 'runners', {}, { remember: true }), runnerFrom),
      this.#organisation ? this.#listSharedRunners() : [],
    ])
    return [...own, ...shared]
  }

  /** None where the token may not see them: `relayq init` has said so, and machines of the repository do without. */
  async #listSharedRunners(): Promise<readonly Runner[]> {
    const path = organisationRunners(this.#client.target.owner)
    try {
      return await Array.fromAsync(this.#client.listRoot(path, 'runners', { remember: true }), runnerFrom)
    } catch (thrown) {
      const status = statusOf(thrown)
      if (status === 403 || status === 404) return []
      throw thrown
    }
  }

  async #end(runId: number, how: 'cancel' | 'force-cancel'): Promise<CancelAnswer> {
    try {
      await this.#client.post(`/actions/runs/${runId}/${how}`)
      return 'accepted'
    } catch (thrown) {
      const status = statusOf(thrown)
      if (status === 409) return 'already_finished'
      if (status === 404) return 'not_found'
      throw thrown
    }
  }

  async defaultBranch(): Promise<string> {
    this.#defaultBranch ??= fieldsOf((await this.#client.get('')).data, 'repository').text('default_branch')
    return this.#defaultBranch
  }

  async listFolder(path: string, ref: string): Promise<FolderListing> {
    return (await import('./list-folder.ts')).listFolder(this.#client, path, ref)
  }
}

/** The client follows no redirect: the answer to a download is the 302 itself. */
function locationOf({ url, headers }: Answer): string {
  const location = headers.get('location')
  if (location !== undefined) return new URL(location, url).href
  throw new RelayError('protocol_mismatch', 'The broker answered a download without saying where it is.')
}
