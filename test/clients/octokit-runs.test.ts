import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Octokit } from 'octokit'
import { startTestHub, testToken } from '../support/running-hub.ts'

const flow = `on: repository_dispatch
run-name: About \${{ github.event.client_payload.what }}
concurrency: \${{ github.ref }}
jobs:
  a: {runs-on: x, steps: [{run: echo}]}
  b: {needs: a, runs-on: x, steps: [{run: echo}]}
`

test('Octokit starts a run by an event, finds its place, reruns, forces, lists and deletes it', async t => {
  const hub = await startTestHub(t, { '.github/workflows/flow.yml': flow })
  // Its throttle would hold each write back for a second.
  const octokit = new Octokit({ auth: testToken, baseUrl: hub.hub.apiUrl, throttle: { enabled: false } })
  const { rest } = octokit
  const repository = { owner: 'octo', repo: 'queue' }
  const client_payload = { what: 'roofs' }
  await rest.repos.createDispatchEvent({ ...repository, event_type: 'build', client_payload })
  const { data: list } = await rest.actions.listWorkflowRuns({ ...repository, workflow_id: 'flow.yml' })
  const [run] = list.workflow_runs
  assert.deepEqual([run?.display_title, run?.event], ['About roofs', 'repository_dispatch'])
  const one = { ...repository, run_id: run?.id ?? 0 }

  const place = await octokit.request(
    'GET /repos/{owner}/{repo}/actions/concurrency_groups/{concurrency_group_name}',
    { ...repository, concurrency_group_name: 'refs/heads/main', ahead_of_run: one.run_id },
  )
  assert.equal(place.data.total_count, 1)

  for (const result of ['succeeded', 'failed'] as const) {
    await (await (await hub.runner(`r-${result}`, ['x'])).takeJob()).complete(result)
  }
  await rest.actions.reRunWorkflowFailedJobs(one)
  await assert.rejects(rest.actions.reRunWorkflow(one), { status: 403 })
  await rest.actions.forceCancelWorkflowRun(one)
  const { data: first } = await rest.actions.getWorkflowRunAttempt({ ...one, attempt_number: 1 })
  assert.deepEqual([first.conclusion, first.run_attempt], ['failure', 1])
  const all = await octokit.paginate(rest.actions.listJobsForWorkflowRun, {
    ...one,
    filter: 'all',
    per_page: 2,
  })
  const states = all.map(job => `${job.name} ${job.run_attempt} ${job.conclusion}`)
  assert.deepEqual(states, ['a 1 success', 'b 1 failure', 'b 2 cancelled'])
  const latest = await rest.actions.listJobsForWorkflowRun(one)
  assert.equal(latest.data.total_count, 2)

  await rest.actions.deleteWorkflowRun(one)
  await assert.rejects(rest.actions.getWorkflowRun(one), { status: 404 })
})
