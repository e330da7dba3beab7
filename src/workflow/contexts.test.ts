import assert from 'node:assert/strict'
import { test } from 'node:test'
import { githubContext } from './contexts.ts'

const facts = {
  repository: 'octo/queue',
  repositoryId: 1,
  repositoryOwnerId: 2,
  serverUrl: 'http://github.localhost:8080',
  apiUrl: 'http://127.0.0.1:8080/api/v3',
  graphqlUrl: 'http://127.0.0.1:8080/api/graphql',
  runId: 10,
  runNumber: 3,
  runAttempt: 1,
  workflowName: 'Greet',
  workflowPath: '.github/workflows/greet.yml',
  ref: 'refs/heads/feature/x',
  sha: 'a'.repeat(40),
  actor: 'octo',
  eventName: 'workflow_dispatch',
  event: { inputs: {} },
}

test('numbers are strings, as in the github context of GitHub', () => {
  const context = githubContext(facts)
  assert.equal(context['run_id'], '10')
  assert.equal(context['run_number'], '3')
  assert.equal(context['repository_owner'], 'octo')
  assert.equal(context['workflow_ref'], 'octo/queue/.github/workflows/greet.yml@refs/heads/feature/x')
  assert.equal(context['repositoryUrl'], 'git://github.localhost:8080/octo/queue.git')
})

test('branches and tags are told apart', () => {
  const branch = githubContext(facts)
  assert.deepEqual([branch['ref_name'], branch['ref_type']], ['feature/x', 'branch'])
  const tag = githubContext({ ...facts, ref: 'refs/tags/v1' })
  assert.deepEqual([tag['ref_name'], tag['ref_type']], ['v1', 'tag'])
})
