import type { ConformanceApi } from '../conformance-api.ts'

export async function runnerSetupScenario(api: ConformanceApi): Promise<void> {
  await api.call('GET /repos/{owner}/{repo}/actions/runners/downloads', {}, { status: 200 })
  await api.call('POST /repos/{owner}/{repo}/actions/runners/registration-token', {}, { status: 201 })
  await api.call('POST /repos/{owner}/{repo}/actions/runners/remove-token', {}, { status: 201 })

  const { id: runner_id } = await api.hub.runner('rpi4', ['self-hosted', 'arm64', 'rpi4'])
  const labels = '/repos/{owner}/{repo}/actions/runners/{runner_id}/labels'
  await api.call(`GET ${labels}`, { runner_id }, { status: 200 })
  await api.call(`GET ${labels}`, { runner_id: 999 }, { status: 404 })
  await api.call(`POST ${labels}`, { runner_id, labels: ['gpu', 'GPU', 'fast'] }, { status: 200 })
  await api.call(`POST ${labels}`, { runner_id: 999, labels: ['gpu'] }, { status: 404 })
  await api.call(`POST ${labels}`, { runner_id, labels: [] }, { status: 422 })
  await api.call(`DELETE ${labels}/{name}`, { runner_id, name: 'fast' }, { status: 200 })
  await api.call(`DELETE ${labels}/{name}`, { runner_id, name: 'fast' }, { status: 404 })
  await api.call(`DELETE ${labels}/{name}`, { runner_id, name: 'self-hosted' }, { status: 422 })
  await api.call(`PUT ${labels}`, { runner_id, labels: ['slow'] }, { status: 200 })
  await api.call(`PUT ${labels}`, { runner_id: 999, labels: [] }, { status: 404 })
  await api.call(`PUT ${labels}`, { runner_id, labels: ['a b'] }, { status: 422 })
  await api.call(`DELETE ${labels}`, { runner_id }, { status: 200 })
  await api.call(`DELETE ${labels}`, { runner_id: 999 }, { status: 404 })
}
