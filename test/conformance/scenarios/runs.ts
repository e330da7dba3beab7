import type { ConformanceApi } from '../conformance-api.ts'

export async function runScenario(api: ConformanceApi): Promise<void> {
  const run_id = await api.hub.startEcho('first')
  await api.hub.startEcho('second')
  const list = 'GET /repos/{owner}/{repo}/actions/runs'
  const listOfOne = 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs'
  await api.call(list, {}, { status: 200 })
  await api.call(list, { status: 'queued', branch: 'main', per_page: 1 }, { status: 200 })
  await api.call(list, { per_page: 1, page: 2 }, { status: 200 })
  await api.call(listOfOne, { workflow_id: 'echo.yml', per_page: 1 }, { status: 200 })
  await api.call(listOfOne, { workflow_id: 'none.yml' }, { status: 404 })

  const get = `${list}/{run_id}`
  await api.call(get, { run_id }, { status: 200 })
  await api.call(get, { run_id: 999 }, { status: 404 })
  await api.call(get, { run_id: 'one' }, { status: 404 })
  await api.call(`${get}/jobs`, { run_id }, { status: 200 })
  await api.call(`${get}/jobs`, { run_id: 999 }, { status: 404 })
  await api.call(`${get}/attempts/{attempt_number}/jobs`, { run_id, attempt_number: 1 }, { status: 200 })
  await api.call(`${get}/attempts/{attempt_number}/jobs`, { run_id, attempt_number: 2 }, { status: 404 })

  const cancel = 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel'
  await api.call(cancel, { run_id }, { status: 202 })
  await api.call(cancel, { run_id }, { status: 409 })
  await api.call(cancel, { run_id: 999 }, { status: 404 })
  await api.call(get, { run_id }, { status: 200 })
}
