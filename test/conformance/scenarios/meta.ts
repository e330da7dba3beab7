import type { ConformanceApi } from '../conformance-api.ts'

/** What a client asks before anything else: where am I, who am I, how much may I ask. */
export async function metaScenario(api: ConformanceApi): Promise<void> {
  for (const operation of ['GET /', 'GET /meta', 'GET /rate_limit', 'GET /user']) {
    const { headers } = await api.call(operation, {}, { status: 200 })
    const known = { 'If-None-Match': headers.get('ETag') ?? '' }
    await api.call(operation, {}, { status: 304, headers: known })
  }
  await api.call('GET /versions', {}, { status: 200 })
  await api.call('GET /zen', {}, { status: 200 })
  await api.call('GET /users/{username}', { username: 'octo' }, { status: 200 })
  await api.call('GET /users/{username}', { username: 'nobody' }, { status: 404 })
}
