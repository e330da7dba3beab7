import assert from 'node:assert/strict'
import { Octokit } from 'octokit'

const { TOKEN: auth = '', GITHUB_API_URL: baseUrl = '', GITHUB_REPOSITORY = '/' } = process.env
const [owner = '', repo = ''] = GITHUB_REPOSITORY.split('/')
const runId = Number(process.env['GITHUB_RUN_ID'])

/** As it comes, and without the plugins that pace and repeat its requests. */
const bare = { retry: { enabled: false }, throttle: { enabled: false } }
for (const options of [{}, bare]) {
  const { rest, paginate } = new Octokit({ auth, baseUrl, ...options })
  const runs = await paginate(rest.actions.listWorkflowRunsForRepo, { owner, repo, per_page: 1 })
  assert.deepEqual(
    runs.map(run => run.id),
    [runId],
  )
  const { data } = await rest.actions.listJobsForWorkflowRun({ owner, repo, run_id: runId })
  const log = await rest.actions.downloadJobLogsForWorkflowRun({ owner, repo, job_id: data.jobs[0]?.id ?? 0 })
  assert.match(String(log.data), /=> the cache works/)
  await assert.rejects(rest.actions.getWorkflowRun({ owner, repo, run_id: 999 }), { status: 404 })
}
process.stdout.write('=> octokit works\n')
