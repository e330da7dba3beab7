import type { ConformanceApi } from '../conformance-api.ts'

export async function runnerScenario(api: ConformanceApi): Promise<void> {
  const register = 'POST /repos/{owner}/{repo}/actions/runners/generate-jitconfig'
  const request = { name: 'rpi4', runner_group_id: 1, labels: ['self-hosted', 'rpi4'], work_folder: '_work' }
  const { body } = await api.call(register, request, { status: 201 })
  const { id } = body['runner'] as { readonly id: number }
  await api.hub.startEcho('hello')
  const mac = await api.hub.runner('mac', ['self-hosted', 'echo'])
  await mac.takeJob()
  await api.call(register, { ...request, name: 'mac' }, { status: 409 })
  await api.call(register, { ...request, labels: [] }, { status: 422 })
  await api.call(register, { ...request, name: '' }, { status: 422 })

  const list = 'GET /repos/{owner}/{repo}/actions/runners'
  await api.call(list, {}, { status: 200 })
  await api.call(list, { per_page: 1 }, { status: 200 })
  await api.call(list, { name: 'mac' }, { status: 200 })
  await api.call(`${list}/{runner_id}`, { runner_id: id }, { status: 200 })
  await api.call(`${list}/{runner_id}`, { runner_id: 999 }, { status: 404 })
  const remove = 'DELETE /repos/{owner}/{repo}/actions/runners/{runner_id}'
  await api.call(remove, { runner_id: mac.id }, { status: 422 })
  await api.call(remove, { runner_id: id }, { status: 204 })
  await api.call(remove, { runner_id: id }, { status: 404 })
}
