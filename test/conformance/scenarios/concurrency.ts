import { echoWorkflow } from '../../support/running-hub.ts'
import type { ConformanceApi } from '../conformance-api.ts'

/** The run's group has a slash, as groups named by a ref do; the job's group is its own. */
export const concurrencyFiles = {
  '.github/workflows/echo.yml': echoWorkflow
    .replace('jobs:', `concurrency: \${{ github.ref }} at home\njobs:`)
    .replace('    steps:', '    concurrency: one machine\n    steps:'),
}

export async function concurrencyScenario(api: ConformanceApi): Promise<void> {
  const list = 'GET /repos/{owner}/{repo}/actions/concurrency_groups'
  const get = `${list}/{concurrency_group_name}`
  const ofRun = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/concurrency_groups'
  const concurrency_group_name = 'refs/heads/main at home'
  await api.call(list, {}, { status: 200 })
  await api.call(get, { concurrency_group_name }, { status: 404 })

  const [first, second] = [await api.hub.startEcho('first'), await api.hub.startEcho('second')]
  const { body } = await api.call(
    `GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs`,
    { run_id: first },
    { status: 200 },
  )
  const [job] = body['jobs'] as readonly { readonly id: number }[]
  await api.call(list, {}, { status: 200 })
  await api.call(list, { per_page: 1 }, { status: 200 })
  await api.call(list, { after: 'no cursor' }, { status: 422 })
  await api.call(get, { concurrency_group_name }, { status: 200 })
  await api.call(get, { concurrency_group_name, ahead_of_run: second }, { status: 200 })
  await api.call(get, { concurrency_group_name, ahead_of_run: 999 }, { status: 422 })
  await api.call(get, { concurrency_group_name: 'one machine', ahead_of_job: job?.id ?? 0 }, { status: 200 })
  await api.call(get, { concurrency_group_name: 'one machine', ahead_of_run: first }, { status: 422 })
  await api.call(ofRun, { run_id: first }, { status: 200 })
  await api.call(ofRun, { run_id: first, per_page: 1 }, { status: 200 })
  await api.call(ofRun, { run_id: first, after: 'no cursor' }, { status: 422 })
  await api.call(ofRun, { run_id: 999 }, { status: 404 })
}
