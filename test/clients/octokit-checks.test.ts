import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Octokit } from 'octokit'
import { type HubFixture, startTestHub } from '../support/running-hub.ts'

const repository = { owner: 'octo', repo: 'queue' }
const annotation = {
  path: 'src/a.ts',
  start_line: 1,
  end_line: 1,
  annotation_level: 'warning' as const,
  message: 'Too long',
}

function workflow(permissions: string): string {
  return `on: {workflow_dispatch: {inputs: {text: {}}}}
permissions: ${permissions}
jobs: {echo: {runs-on: x, steps: [{run: 'true'}]}}
`
}

/** A job of the newest commit, that runs, and Octokit with its token. */
async function startJob(hub: HubFixture, name: string) {
  await hub.startEcho(name)
  const job = await (await hub.runner(name, ['x'])).takeJob()
  // Its throttle would hold each write back for a second.
  const options = { auth: job.githubToken, baseUrl: hub.hub.apiUrl, throttle: { enabled: false } }
  return { job, checks: new Octokit(options).rest.checks }
}

test('Octokit in a job makes a check run and fills it, as long as the job runs and may', async t => {
  const hub = await startTestHub(t, { '.github/workflows/echo.yml': workflow('{checks: write}') })
  const head_sha = hub.repository.git('rev-parse', 'HEAD')
  const { job, checks } = await startJob(hub, 'writer')
  const check = { ...repository, name: 'lint', head_sha }
  const { data: made } = await checks.create({ ...check, status: 'in_progress' })
  const one = { ...repository, check_run_id: Number(made.id) }
  const output = { title: 'Lint', summary: 'Two things', annotations: [annotation] }
  await checks.update({ ...one, output })
  await checks.update({ ...one, output, conclusion: 'neutral' })
  const { data: annotations } = await checks.listAnnotations(one)
  assert.deepEqual(
    annotations.map(({ path, message }) => [path, message]),
    [
      ['src/a.ts', 'Too long'],
      ['src/a.ts', 'Too long'],
    ],
  )
  const { data: list } = await checks.listForRef({ ...repository, ref: 'main' })
  const states = list.check_runs.map(({ name, status, conclusion }) => `${name} ${status} ${conclusion}`)
  assert.deepEqual(states, ['lint completed neutral', 'echo in_progress null'])

  await job.complete('succeeded')
  await assert.rejects(checks.update({ ...one, output }), { status: 401 })

  hub.repository.commit({ '.github/workflows/echo.yml': workflow('{checks: read}') })
  const reader = await startJob(hub, 'reader')
  await assert.rejects(reader.checks.create(check), { status: 403, message: /Resource not accessible/ })
  assert.equal((await reader.checks.get(one)).data.output.annotations_count, 2)
})
