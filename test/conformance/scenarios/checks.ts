import assert from 'node:assert/strict'
import type { CalledAnswer, ConformanceApi } from '../conformance-api.ts'

const at = '/repos/{owner}/{repo}'
const create = `POST ${at}/check-runs`
const get = `GET ${at}/check-runs/{check_run_id}`
const update = `PATCH ${at}/check-runs/{check_run_id}`

export const checkFiles = {
  '.github/workflows/echo.yml': [
    'on: {workflow_dispatch: {inputs: {text: {}}}}',
    'permissions: {checks: write}',
    'jobs: {echo: {runs-on: [self-hosted, echo], steps: [{run: echo}]}}',
  ].join('\n'),
}

/** A job's own check run, one that it makes, and one that the owner makes. */
export async function checkScenario(api: ConformanceApi): Promise<void> {
  const run_id = await api.hub.startEcho('hello')
  const job = await (await api.hub.runner('mac', ['self-hosted', 'echo'])).takeJob()
  const token = job.githubToken
  const head_sha = api.hub.repository.git('rev-parse', 'HEAD')
  const ofSuite = { check_suite_id: run_id }
  const { body } = await api.call(`GET ${at}/check-suites/{check_suite_id}/check-runs`, ofSuite, {
    status: 200,
  })
  const [own] = idsIn(body)
  const check_run_id = own ?? 0
  await api.call(get, { check_run_id }, { status: 200 })
  const output = { title: 'Lint', summary: 'One thing', annotations: [annotation] }
  await api.call(update, { check_run_id, output }, { status: 200, token })
  await api.call(update, { check_run_id, status: 'queued' }, { status: 422 })

  const made = await api.call(create, { name: 'lint', head_sha, output }, { status: 201, token })
  const one = { check_run_id: Number(made.body['id']) }
  await api.call(`${get}/annotations`, one, { status: 200 })
  await api.call(update, { ...one, conclusion: 'success' }, { status: 200, token })
  await api.call(create, { name: 'owners', head_sha, status: 'in_progress' }, { status: 201 })
  await api.call(create, { name: 'lint', head_sha: '0'.repeat(40) }, { status: 422 })
  await api.call(create, { name: 'lint' }, { status: 422 })

  const ofRef = `GET ${at}/commits/{ref}/check-runs`
  assert.equal(total(await api.call(ofRef, { ref: 'main', per_page: 1 }, { status: 200 })), 3)
  assert.equal(total(await api.call(ofRef, { ref: 'main', check_name: 'lint' }, { status: 200 })), 1)
  await api.call(ofRef, { ref: 'none' }, { status: 422 })
  const suite = await api.call(`GET ${at}/check-suites/{check_suite_id}`, ofSuite, { status: 200 })
  assert.equal(suite.body['latest_check_runs_count'], 2)
  await api.call(`GET ${at}/check-suites/{check_suite_id}`, { check_suite_id: 999 }, { status: 404 })
}

const annotation = {
  path: 'a file.ts',
  start_line: 3,
  end_line: 3,
  start_column: 1,
  end_column: 2,
  annotation_level: 'warning',
  message: 'Too long',
}

function idsIn(body: CalledAnswer['body']): readonly number[] {
  return (body['check_runs'] as readonly { readonly id: number }[]).map(({ id }) => id)
}

function total({ body }: CalledAnswer): number {
  return Number(body['total_count'])
}
