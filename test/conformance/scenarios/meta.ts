import type { ConformanceApi } from '../conformance-api.ts'

/** What a client asks before anything else: where am I, who am I, how much may I ask. */
export async function metaScenario(api: ConformanceApi): Promise<void> {
  const root = await api.call('GET /', {}, { status: 200 })
  const tag = root.headers.get('ETag') ?? ''
  await api.call('GET /', {}, { status: 304, headers: { 'If-None-Match': tag } })
  await api.call('GET /meta', {}, { status: 200 })
  await api.call('GET /rate_limit', {}, { status: 200 })
  await api.call('GET /versions', {}, { status: 200 })
  await api.call('GET /user', {}, { status: 200 })
  await api.call('GET /users/{username}', { username: 'octo' }, { status: 200 })
  await api.call('GET /users/{username}', { username: 'nobody' }, { status: 404 })
}
