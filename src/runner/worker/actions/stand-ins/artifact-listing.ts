import { RelayError } from '../../../../base/errors.ts'
import { readBody } from '../../../../base/http.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../../../base/json.ts'
import { artifactService } from '../../../../protocol/results-service.ts'
import { jobVariable } from './action-io.ts'
import { type BackendIds, member, ResultsClient } from './results-client.ts'
import { Transfer } from './transfer.ts'

export interface ListedArtifact {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  /** `sha256:<hex>`, or '' where the server does not know. */
  readonly digest: string
  /** Asked for when it is needed: it expires soon. `headers` go with it. */
  readonly locate: () => Promise<{ readonly url: string; readonly headers: Readonly<Record<string, string>> }>
}

export interface ArtifactSource {
  readonly transfer: Transfer
  list(): Promise<readonly ListedArtifact[]>
}

const maxListBytes = 16 * 1024 * 1024

/** The artifacts of the run this job belongs to, from the results service. */
export function artifactsOfThisRun(): ArtifactSource {
  const client = new ResultsClient()
  return {
    transfer: client.transfer,
    list: async () => {
      const body = await client.mustCall(artifactService, 'ListArtifacts', client.ids)
      return objects(body['artifacts']).map(artifact => fromResults(client, artifact))
    },
  }
}

function fromResults(client: ResultsClient, artifact: JsonObject): ListedArtifact {
  const name = member(artifact, 'name')
  // An artifact belongs to the job that made it, which may be another one of this run.
  const ids: BackendIds = {
    workflow_run_backend_id: member(artifact, 'workflow_run_backend_id'),
    workflow_job_run_backend_id: member(artifact, 'workflow_job_run_backend_id'),
  }
  return {
    id: member(artifact, 'database_id'),
    name,
    createdAt: member(artifact, 'created_at'),
    digest: member(artifact, 'digest'),
    locate: async () => {
      const body = await client.mustCall(artifactService, 'GetSignedArtifactURL', { ...ids, name })
      return { url: member(body, 'signed_url'), headers: {} }
    },
  }
}

/** The artifacts of another run or repository, from the REST API. */
export function artifactsOfRun(repository: string, runId: string, token: string): ArtifactSource {
  const transfer = new Transfer()
  const api = `${jobVariable('GITHUB_API_URL')}/repos/${repository}/actions`
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/vnd.github+json',
    'user-agent': 'relayq',
  }
  return {
    transfer,
    list: async () => {
      const found: ListedArtifact[] = []
      for (let page = 1; ; page++) {
        const url = `${api}/runs/${runId}/artifacts?per_page=100&page=${page}`
        const artifacts = objects((await getJson(transfer, url, headers))['artifacts'])
        found.push(...artifacts.map(artifact => fromRest(artifact, `${api}/artifacts`, headers)))
        if (artifacts.length < 100) return found
      }
    },
  }
}

function fromRest(
  artifact: JsonObject,
  url: string,
  headers: Readonly<Record<string, string>>,
): ListedArtifact {
  const id = member(artifact, 'id')
  return {
    id,
    name: member(artifact, 'name'),
    createdAt: member(artifact, 'created_at'),
    digest: member(artifact, 'digest'),
    locate: async () => ({ url: `${url}/${id}/zip`, headers }),
  }
}

async function getJson(
  transfer: Transfer,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<JsonObject> {
  return transfer.send({ url, headers }, async answer => {
    const json = parseJson((await readBody(answer, maxListBytes)).toString('utf8'))
    if (answer.status === 200 && isJsonObject(json)) return json
    const reason = isJsonObject(json) ? member(json, 'message') : ''
    throw new RelayError('broker_rejected', `The artifacts could not be listed: ${answer.status} ${reason}`)
  })
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}
