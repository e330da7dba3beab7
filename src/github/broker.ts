import { RelayError } from '../base/errors.ts'
import type { Broker, DispatchOutcome, DispatchRequest } from '../model/broker.ts'
import type { Annotation, Artifact, Run, WorkflowJob } from '../model/run.ts'
import type { Runner } from '../model/runner.ts'
import type { GitHubClient } from './client.ts'
import { dispatchWorkflow } from './dispatch.ts'
import { statusOf } from './errors.ts'
import { annotationFrom, artifactFrom, fieldsOf, jobFrom, runFrom, runnerFrom } from './read.ts'
import { workflowFile } from './workflow-file.ts'

/** A log longer than this is read in a browser. */
const maxLogBytes = 256 * 1024 * 1024
const perPage = 100

interface GitHubBrokerOptions {
  readonly description: string
  /** Where it is known already, no request is spent on it. */
  readonly defaultBranch?: string | null
}

/** The Broker port on GitHub's REST API: github.com, GHES and the embedded hub alike. Downloads are loaded when needed. */
export class GitHubBroker implements Broker {
  readonly id: string
  readonly description: string
  readonly #client: GitHubClient
  #defaultBranch: string | null

  constructor(client: GitHubClient, options: GitHubBrokerOptions) {
    const { apiUrl, owner, repo } = client.target
    this.id = `${apiUrl}#${owner}/${repo}`
    this.description = options.description
    this.#client = client
    this.#defaultBranch = options.defaultBranch ?? null
  }

  dispatch(request: DispatchRequest): Promise<DispatchOutcome> {
    return dispatchWorkflow(this.#client, request)
  }

  async findRun(query: { workflow: string; nonce: string; since: string }): Promise<Run | null> {
    const pages = this.#client.api.paginate.iterator(
      'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
      {
        ...this.#client.repository,
        workflow_id: workflowFile(query.workflow),
        event: 'workflow_dispatch',
        created: `>=${query.since}`,
        per_page: perPage,
      },
    )
    for await (const page of pages) {
      const run = page.data.map(runFrom).find(({ title }) => title.endsWith(`[${query.nonce}]`))
      if (run) return run
    }
    return null
  }

  async getRun(runId: number): Promise<Run | null> {
    return unlessMissing(async () => {
      const answer = await this.#client.api.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}', {
        ...this.#client.repository,
        run_id: runId,
      })
      return runFrom(answer.data)
    })
  }

  async listJobs(runId: number): Promise<readonly WorkflowJob[]> {
    const jobs = await this.#client.api.paginate('GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs', {
      ...this.#client.repository,
      run_id: runId,
      per_page: perPage,
    })
    return jobs.map(jobFrom)
  }

  async cancelRun(runId: number): Promise<'accepted' | 'already_finished' | 'not_found'> {
    try {
      await this.#client.api.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel', {
        ...this.#client.repository,
        run_id: runId,
      })
      return 'accepted'
    } catch (thrown) {
      const status = statusOf(thrown)
      if (status === 409) return 'already_finished'
      if (status === 404) return 'not_found'
      throw thrown
    }
  }

  async readJobLog(jobId: number): Promise<string | null> {
    return unlessMissing(async () => {
      const answer = await this.#client.api.request('GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs', {
        ...this.#client.repository,
        job_id: jobId,
      })
      const { downloadText } = await import('./download.ts')
      return downloadText(this.#client, locationOf(answer), maxLogBytes)
    })
  }

  async listAnnotations(jobId: number): Promise<readonly Annotation[]> {
    // On GitHub a workflow job is a check run, and has its id.
    const annotations = await this.#client.api.paginate(
      'GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations',
      { ...this.#client.repository, check_run_id: jobId, per_page: perPage },
    )
    return annotations.map(annotationFrom)
  }

  async listArtifacts(runId: number): Promise<readonly Artifact[]> {
    const artifacts = await this.#client.api.paginate(
      'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts',
      { ...this.#client.repository, run_id: runId, per_page: perPage },
    )
    return artifacts.map(artifactFrom)
  }

  async downloadArtifact(artifactId: number, path: string): Promise<void> {
    const answer = await this.#client.api.request(
      'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
      { ...this.#client.repository, artifact_id: artifactId, archive_format: 'zip' },
    )
    const { downloadTo } = await import('./download.ts')
    await downloadTo(this.#client, locationOf(answer), path)
  }

  async listRunners(): Promise<readonly Runner[]> {
    const runners = await this.#client.api.paginate('GET /repos/{owner}/{repo}/actions/runners', {
      ...this.#client.repository,
      per_page: perPage,
    })
    return runners.map(runnerFrom)
  }

  async defaultBranch(): Promise<string> {
    if (this.#defaultBranch !== null) return this.#defaultBranch
    const answer = await this.#client.api.request('GET /repos/{owner}/{repo}', this.#client.repository)
    this.#defaultBranch = fieldsOf(answer.data, 'repository').text('default_branch')
    return this.#defaultBranch
  }
}

/** The client follows no redirect: the answer to a download is the 302 itself. */
function locationOf(answer: {
  readonly url: string
  readonly headers: { readonly location?: string | undefined }
}): string {
  const { location } = answer.headers
  if (location !== undefined) return new URL(location, answer.url).href
  throw new RelayError('protocol_mismatch', 'The broker answered a download without saying where it is.')
}

async function unlessMissing<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (thrown) {
    if (statusOf(thrown) === 404) return null
    throw thrown
  }
}
