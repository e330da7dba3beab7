import assert from 'node:assert/strict'
import { context, getOctokit } from '@actions/github'

const { owner, repo } = context.repo
assert.equal(context.eventName, 'workflow_dispatch')
assert.equal(context.serverUrl, process.env['GITHUB_SERVER_URL'])
const { rest } = getOctokit(process.env['TOKEN'] ?? '')

const { data: run } = await rest.actions.getWorkflowRun({ owner, repo, run_id: context.runId })
assert.deepEqual([run.head_sha, run.status, run.run_number], [context.sha, 'in_progress', context.runNumber])
const path = '.github/workflows/toolkit.yml'
const { data: file } = await rest.repos.getContent({ owner, repo, path, ref: context.sha })
assert.ok('content' in file && Buffer.from(file.content, 'base64').toString().startsWith('name: Toolkit'))
await assert.rejects(rest.actions.cancelWorkflowRun({ owner, repo, run_id: context.runId }), {
  status: 403,
  message: /Resource not accessible by integration/,
})
process.stdout.write('=> @actions/github works\n')
