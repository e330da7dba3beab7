import assert from 'node:assert/strict'
import type { ConformanceApi } from '../conformance-api.ts'

const permissions = '/repos/{owner}/{repo}/actions/permissions'

export async function actionsPermissionScenario(api: ConformanceApi): Promise<void> {
  const get = async (path: string) => (await api.call(`GET ${permissions}${path}`, {}, { status: 200 })).body
  const put = async (path: string, parameters: object, status = 204) =>
    await api.call(`PUT ${permissions}${path}`, { ...parameters }, { status })

  assert.deepEqual(await get(''), { enabled: true, allowed_actions: 'all', sha_pinning_required: false })
  await put('', { enabled: true, allowed_actions: 'selected', sha_pinning_required: true })
  assert.equal((await get(''))['sha_pinning_required'], true)
  await put('/selected-actions', { github_owned_allowed: true, verified_allowed: false })
  await get('/selected-actions')
  await put('/workflow', { default_workflow_permissions: 'write', can_approve_pull_request_reviews: false })
  await get('/workflow')
  await put('/artifact-and-log-retention', { days: 3 })
  await put('/artifact-and-log-retention', { days: 4000 }, 422)
  assert.deepEqual(await get('/artifact-and-log-retention'), { days: 3, maximum_allowed_days: 400 })

  const create = 'POST /user/repos'
  await api.call(create, { name: 'queue', private: true }, { status: 422 })
  await api.call(create, { name: 'another', private: true }, { status: 403 })
}
