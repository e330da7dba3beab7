import { reportStep, uploadStepLog } from '../../support/reported-job.ts'
import type { ConformanceApi } from '../conformance-api.ts'

const runs = 'GET /repos/{owner}/{repo}/actions/runs'
const one = '/repos/{owner}/{repo}/actions/runs/{run_id}'
const attempt = `GET ${one}/attempts/{attempt_number}`
const rerunJob = 'POST /repos/{owner}/{repo}/actions/jobs/{job_id}/rerun'
const none = { run_id: 999 }

/** A run that fails, is run again in every way, forced to its end, and deleted. */
export async function rerunScenario(api: ConformanceApi): Promise<void> {
  const run_id = await api.hub.startEcho('again')
  const runner = await api.hub.runner('mac', ['self-hosted', 'echo'])
  await api.call(`POST ${one}/rerun`, { run_id }, { status: 403 })
  const job = await runner.takeJob()
  await reportStep(job, { id: 's1', name: 'Say hello', status: 6, conclusion: 3 })
  await uploadStepLog(job, 's1', '2026-11-23T20:57:45.0270000Z hello\n')
  await job.complete('failed')

  await api.call(`POST ${one}/rerun-failed-jobs`, { run_id, enable_debug_logging: true }, { status: 201 })
  await api.call(`POST ${one}/rerun-failed-jobs`, { run_id }, { status: 403 })
  await api.call(`POST ${one}/rerun-failed-jobs`, none, { status: 404 })
  await api.call(attempt, { run_id, attempt_number: 1 }, { status: 200 })
  await api.call(attempt, { run_id, attempt_number: 2 }, { status: 200 })
  await api.call(attempt, { run_id, attempt_number: 3 }, { status: 404 })
  await api.call(`${attempt}/jobs`, { run_id, attempt_number: 1 }, { status: 200 })
  await api.call(`${attempt}/logs`, { run_id, attempt_number: 1 }, { status: 302 })
  await api.call(`${attempt}/logs`, { run_id, attempt_number: 3 }, { status: 404 })
  const all = await api.call(`GET ${one}/jobs`, { run_id, filter: 'all' }, { status: 200 })
  const latest = await api.call(`GET ${one}/jobs`, { run_id, filter: 'latest' }, { status: 200 })
  const [first, second] = [idOfFirstJob(all.body), idOfFirstJob(latest.body)]
  await api.call(rerunJob, { job_id: first }, { status: 403 })
  await api.call(rerunJob, { job_id: second }, { status: 403 })
  await api.call(rerunJob, { job_id: 999 }, { status: 404 })

  await api.call(`POST ${one}/force-cancel`, { run_id }, { status: 202 })
  await api.call(`POST ${one}/force-cancel`, { run_id }, { status: 409 })
  await api.call(`POST ${one}/force-cancel`, none, { status: 404 })
  await api.call(rerunJob, { job_id: second }, { status: 201 })
  await api.call(`DELETE ${one}`, { run_id }, { status: 403 })
  await api.call(`DELETE ${one}/logs`, { run_id }, { status: 403 })
  await api.call(`POST ${one}/cancel`, { run_id }, { status: 202 })
  await api.call(`POST ${one}/rerun`, { run_id }, { status: 201, rawBody: 'null' })
  await api.call(`POST ${one}/rerun`, none, { status: 404 })
  await api.call(`POST ${one}/cancel`, { run_id }, { status: 202 })

  await api.call(`GET ${one}/timing`, { run_id }, { status: 200 })
  await api.call(`GET ${one}/timing`, none, { status: 404 })
  await api.call(runs, { check_suite_id: run_id, exclude_pull_requests: true }, { status: 200 })
  await api.call(`DELETE ${one}/logs`, { run_id }, { status: 204 })
  await api.call(`DELETE ${one}/logs`, none, { status: 404 })
  await api.call(`GET ${one}/logs`, { run_id }, { status: 404 })
  await api.call(`DELETE ${one}`, { run_id }, { status: 204 })
  await api.call(`DELETE ${one}`, { run_id }, { status: 404 })
}

function idOfFirstJob(body: Readonly<Record<string, unknown>>): number {
  const [job] = body['jobs'] as readonly { readonly id: number }[]
  return job?.id ?? 0
}
