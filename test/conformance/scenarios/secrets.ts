import { sealSecret } from '../../support/sealed-secret.ts'
import type { ConformanceApi } from '../conformance-api.ts'

export async function secretScenario(api: ConformanceApi): Promise<void> {
  const list = 'GET /repos/{owner}/{repo}/actions/secrets'
  const { body } = await api.call(`${list}/public-key`, {}, { status: 200 })
  const sealed = await sealSecret('open sesame', { key: String(body['key']), key_id: String(body['key_id']) })
  const put = 'PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}'
  await api.call(put, { secret_name: 'API_KEY', ...sealed }, { status: 201 })
  await api.call(put, { secret_name: 'API_KEY', ...sealed }, { status: 204 })
  await api.call(put, { secret_name: 'OTHER', ...sealed }, { status: 201 })
  await api.call(put, { secret_name: 'GITHUB_KEY', ...sealed }, { status: 422 })
  await api.call(put, { secret_name: 'API_KEY', ...sealed, key_id: '1' }, { status: 422 })

  await api.call(list, {}, { status: 200 })
  await api.call(list, { per_page: 1 }, { status: 200 })
  await api.call(`${list}/{secret_name}`, { secret_name: 'API_KEY' }, { status: 200 })
  await api.call(`${list}/{secret_name}`, { secret_name: 'NONE' }, { status: 404 })
  const remove = 'DELETE /repos/{owner}/{repo}/actions/secrets/{secret_name}'
  await api.call(remove, { secret_name: 'API_KEY' }, { status: 204 })
  await api.call(remove, { secret_name: 'API_KEY' }, { status: 404 })
}

export async function variableScenario(api: ConformanceApi): Promise<void> {
  const list = 'GET /repos/{owner}/{repo}/actions/variables'
  const create = 'POST /repos/{owner}/{repo}/actions/variables'
  for (const name of ['PLACE', 'OTHER']) await api.call(create, { name, value: 'here' }, { status: 201 })
  await api.call(create, { name: 'PLACE', value: 'there' }, { status: 409 })
  await api.call(create, { name: 'no name', value: '' }, { status: 422 })
  await api.call(list, {}, { status: 200 })
  await api.call(list, { per_page: 1 }, { status: 200 })
  await api.call(`${list}/{name}`, { name: 'PLACE' }, { status: 200 })
  await api.call(`${list}/{name}`, { name: 'NONE' }, { status: 404 })
  const change = 'PATCH /repos/{owner}/{repo}/actions/variables/{name}'
  await api.call(change, { name: 'PLACE', value: 'there' }, { status: 204 })
  await api.call(change, { name: 'NONE', value: 'there' }, { status: 404 })
  const remove = 'DELETE /repos/{owner}/{repo}/actions/variables/{name}'
  await api.call(remove, { name: 'PLACE' }, { status: 204 })
  await api.call(remove, { name: 'PLACE' }, { status: 404 })
}
