import { uploadCache } from '../../support/reported-job.ts'
import type { ConformanceApi } from '../conformance-api.ts'

export async function cacheScenario(api: ConformanceApi): Promise<void> {
  await api.hub.startEcho('hello')
  const job = await (await api.hub.runner('mac', ['self-hosted', 'echo'])).takeJob()
  for (const key of ['tools-1', 'tools-2', 'models']) await uploadCache(job, key)

  await api.call('GET /repos/{owner}/{repo}/actions/cache/usage', {}, { status: 200 })
  const list = 'GET /repos/{owner}/{repo}/actions/caches'
  await api.call(list, {}, { status: 200 })
  await api.call(list, { key: 'tools-', sort: 'created_at', direction: 'asc', per_page: 1 }, { status: 200 })
  const { body } = await api.call(list, { key: 'models', ref: 'refs/heads/main' }, { status: 200 })
  const [models] = body['actions_caches'] as readonly { readonly id: number }[]
  const cache_id = models?.id ?? 0

  const remove = 'DELETE /repos/{owner}/{repo}/actions/caches'
  await api.call(`${remove}/{cache_id}`, { cache_id }, { status: 204 })
  await api.call(`${remove}/{cache_id}`, { cache_id }, { status: 404 })
  await api.call(remove, { key: 'tools-1' }, { status: 200 })
  await api.call(remove, { key: 'tools-' }, { status: 404 })
  await api.call(remove, {}, { status: 422 })
}
