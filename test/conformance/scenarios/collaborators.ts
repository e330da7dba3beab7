import assert from 'node:assert/strict'
import type { ConformanceApi } from '../conformance-api.ts'

export async function collaboratorScenario(api: ConformanceApi): Promise<void> {
  const one = 'GET /repos/{owner}/{repo}/collaborators/{username}'
  await api.call(one, { username: 'Octo' }, { status: 204 })
  await api.call(one, { username: 'nobody' }, { status: 404 })
  const { body } = await api.call(`${one}/permission`, { username: 'octo' }, { status: 200 })
  assert.equal(body['permission'], 'admin')
  await api.call(`${one}/permission`, { username: 'nobody' }, { status: 404 })
}
