import assert from 'node:assert/strict'
import { reportStep, uploadStepLog } from '../../support/reported-job.ts'
import type { ConformanceApi } from '../conformance-api.ts'

/** A job from its first step to its end, its log, and what it remarked. */
export async function jobScenario(api: ConformanceApi): Promise<void> {
  const run_id = await api.hub.startEcho('hello')
  const runner = await api.hub.runner('mac', ['self-hosted', 'echo'])
  const job = await runner.takeJob()
  const { body } = await api.call(
    'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs',
    { run_id },
    { status: 200 },
  )
  const [listed] = body['jobs'] as readonly { readonly id: number }[]
  assert.ok(listed)
  const one = { job_id: listed.id }
  const get = 'GET /repos/{owner}/{repo}/actions/jobs/{job_id}'
  await api.call(`${get}/logs`, one, { status: 404 })
  await reportStep(job, { id: 's1', name: 'Say hello', status: 3, conclusion: 0 })
  await uploadStepLog(job, 's1', '2026-11-23T20:57:45.0270000Z hello\n')
  await api.call(get, one, { status: 200 })
  await api.call(get, { job_id: 999 }, { status: 404 })
  await api.call(`${get}/logs`, one, { status: 302 })

  await reportStep(job, { id: 's1', name: 'Say hello', status: 6, conclusion: 2 })
  const annotations = [
    { level: 'warning', message: 'Slow', title: 'Speed' },
    { level: 'failure', message: 'Wrong' },
  ]
  await job.complete('failed', { annotations })
  await api.call(get, one, { status: 200 })
  const remarks = 'GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations'
  await api.call(remarks, { check_run_id: listed.id }, { status: 200 })
  await api.call(remarks, { check_run_id: listed.id, per_page: 1 }, { status: 200 })
  await api.call(remarks, { check_run_id: 999 }, { status: 404 })
  const logs = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/logs'
  await api.call(logs, { run_id }, { status: 302 })
  await api.call(logs, { run_id: 999 }, { status: 404 })
}
