import type { JsonObject } from '../../../src/base/json.ts'
import { artifactService } from '../../../src/protocol/results-service.ts'
import type { TestJob } from '../../support/protocol-runner.ts'
import type { ConformanceApi } from '../conformance-api.ts'

export async function artifactScenario(api: ConformanceApi): Promise<void> {
  const run_id = await api.hub.startEcho('hello')
  const runner = await api.hub.runner('mac', ['self-hosted', 'echo'])
  const job = await runner.takeJob()
  await uploadArtifact(job, 'expired', { expires_at: '2026-01-01T00:00:00Z' })
  await uploadArtifact(job, 'result', {})

  const list = 'GET /repos/{owner}/{repo}/actions/artifacts'
  await api.call(list, {}, { status: 200 })
  await api.call(list, { per_page: 1 }, { status: 200 })
  const result = firstId(await api.call(list, { name: 'result' }, { status: 200 }))
  const expired = firstId(await api.call(list, { name: 'expired' }, { status: 200 }))
  const ofRun = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts'
  await api.call(ofRun, { run_id, per_page: 1 }, { status: 200 })
  await api.call(ofRun, { run_id: 999 }, { status: 404 })

  const get = `${list}/{artifact_id}`
  await api.call(get, { artifact_id: result }, { status: 200 })
  await api.call(get, { artifact_id: 999 }, { status: 404 })
  const remove = get.replace('GET', 'DELETE')
  const download = `${get}/{archive_format}`
  await api.call(download, { artifact_id: result, archive_format: 'zip' }, { status: 302 })
  await api.call(download, { artifact_id: result, archive_format: 'tar' }, { status: 404 })
  await api.call(download, { artifact_id: expired, archive_format: 'zip' }, { status: 410 })
  await api.call(remove, { artifact_id: result }, { status: 204 })
  await api.call(remove, { artifact_id: result }, { status: 404 })
}

export async function uploadArtifact(job: TestJob, name: string, more: JsonObject): Promise<void> {
  const { body } = await job.twirp(artifactService, 'CreateArtifact', { name, version: 4, ...more })
  await fetch(String((body as JsonObject)['signed_upload_url']), { method: 'PUT', body: 'bytes' })
  await job.twirp(artifactService, 'FinalizeArtifact', { name, size: '5' })
}

function firstId({ body }: Awaited<ReturnType<ConformanceApi['call']>>): number {
  const [first] = body['artifacts'] as readonly { readonly id: number }[]
  return first?.id ?? 0
}
